"""`python -m dvstudy` is the same as `dvstudy`."""

import sys

from dvstudy.cli import main

sys.exit(main())
