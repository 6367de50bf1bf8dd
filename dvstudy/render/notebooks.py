"""Executing a notebook with parameters, in a fresh kernel of this same environment."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from dvstudy.errors import DvstudyError

_TAG = "parameters"
#: The kernel says on standard error how it is connected; only its errors are of interest here.
_QUIET = "--IPKernelApp.log_level=40"


def execute(
    source: Path, target: Path, parameters: Mapping[str, object], *, folder: Path | None = None, timeout: int = 600
) -> Path:
    """Run `source` with `parameters` in place of the values in its cell tagged "parameters"; write `target`.

    Only names that the parameters cell already assigns are replaced, so a notebook keeps working by itself. Its
    relative paths start from `folder`, by default the folder of `source`.

    Raises
    ------
    DvstudyError
        When a cell fails; the text names the notebook and the error of the cell.
    KeyboardInterrupt
        After Ctrl-C, once the kernel has ended.
    """
    import nbformat
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if _TAG in cell.metadata.get("tags", []):
            cell.source = _replaced(cell.source, parameters)
    client = _client()(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        extra_arguments=[_QUIET],
        resources={"metadata": {"path": str(folder or source.parent)}},
    )
    try:
        client.execute(env={**os.environ, "PYTHONWARNINGS": "ignore"})
    except CellExecutionError as fault:
        raise DvstudyError("notebook_failed", name=source.name, reason=f"{fault.ename}: {fault.evalue}") from fault
    except (asyncio.CancelledError, RuntimeError):
        if client.stopped:
            raise KeyboardInterrupt from None
        raise
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return target


def _client() -> Any:
    """A client that Ctrl-C cancels, so that it ends its kernel in good order; nbclient's own handler breaks it off."""
    from nbclient import NotebookClient

    class Client(NotebookClient):
        stopped = False

        async def async_start_new_kernel(self, **options: Any) -> None:
            running = asyncio.current_task()

            def stop() -> None:
                self.stopped, self.shutdown_kernel = True, "immediate"
                if running is not None:
                    running.cancel()

            with suppress(RuntimeError):  # no such handlers on Windows, nor outside the main thread
                asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)
            await super().async_start_new_kernel(**options)

    return Client


def _replaced(source: str, parameters: Mapping[str, object]) -> str:
    lines = []
    for line in source.splitlines():
        name = line.partition("=")[0].strip()
        lines.append(f"{name} = {parameters[name]!r}" if "=" in line and name in parameters else line)
    return "\n".join(lines)
