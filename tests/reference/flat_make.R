# Means and standard deviations of the columns of the flat recipe `police_form`, up to the answers of the form, drawn by
# simstudy 0.9.2.9000 in R 4.2 from the same formulas: Rscript flat_make.R > flat_values.csv
suppressMessages(library(simstudy))
d <- NULL
d <- defData(d, varname = "urban", dist = "binary", formula = "0.2", link = "logit")
d <- defData(d, varname = "relation", dist = "categorical", formula = "0.34;0.25;0.17;0.13;0.11")
d <- defData(d, varname = "victim", dist = "categorical", formula = "0.72;0.16;0.12")
d <- defData(d, varname = "hour", dist = "uniform", formula = "0.0;24.0")
d <- defData(d, varname = "children", dist = "poisson",
  formula = "-0.6 + 0.8 * (relation == 1) + 0.5 * (relation == 2)", link = "log")
d <- defData(d, varname = "trained", dist = "binary", formula = "-0.4 + 0.3 * urban", link = "logit")
d <- defData(d, varname = "severity", dist = "normal", formula = "0.0", variance = 1.0)
d <- defData(d, varname = "control", dist = "normal", formula = "0.0 + 0.55 * severity", variance = 0.7055999999999999)
d <- defData(d, varname = "substance", dist = "normal",
  formula = "0.0 + 0.37 * severity", variance = 0.8649000000000001)
d <- defData(d, varname = "lethality", dist = "normal",
  formula = "0.0 + 0.3 * severity + 0.21 * control + 0.23 * substance", variance = 0.7055999999999999)
d <- defData(d, varname = "disclosure", dist = "normal",
  formula = "0.0 + -0.35 * control + -0.35 * (victim == 3)", variance = 0.5625)
d <- defData(d, varname = "prior", dist = "poisson", formula = "-1.3 + 0.55 * severity + 0.3 * substance", link = "log")
d <- defData(d, varname = "q01", dist = "binary",
  formula = "-5.98 + 0.69 * severity + 0.46 * control + 0.23 * substance + 1.38 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q02", dist = "binary",
  formula = "-1.86 + 1.15 * severity + 0.23 * substance + 0.23 * lethality + 0.18 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q03", dist = "binary",
  formula = "-4.21 + 0.57 * severity + 0.46 * substance + 1.38 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q04", dist = "binary",
  formula = "-2.31 + 0.57 * severity + 0.34 * control + 0.57 * substance + 0.23 * lethality + 0.18 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q05", dist = "binary",
  formula = "-1.71 + 0.92 * severity + 0.92 * control + 0.23 * substance + 0.57 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q06", dist = "binary",
  formula = "-3.24 + 0.57 * severity + 0.69 * control + 0.46 * substance + 1.03 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q07", dist = "binary",
  formula = "-4.78 + 0.57 * severity + 0.69 * control + 0.23 * substance + 1.26 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q08", dist = "binary",
  formula = "-2.3 + 0.46 * severity + 1.38 * substance + 0.34 * lethality + 0.24 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q09", dist = "binary",
  formula = "-1.03 + 0.34 * severity + 1.84 * substance + 0.36 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q10", dist = "binary",
  formula = "-1.97 + 0.57 * severity + 1.03 * control + 0.23 * substance + 0.57 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q11", dist = "binary",
  formula = "-5.0 + 9.0 * (relation == 1) + 9.0 * (relation == 2)", link = "logit")
d <- defData(d, varname = "q12", dist = "binary",
  formula = "-2.14 + 1.26 * severity + 0.57 * control + 0.34 * substance + 0.23 * lethality + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q13", dist = "binary",
  formula = "-3.33 + 0.34 * substance + 1.49 * lethality + 0.3 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q14", dist = "binary",
  formula = "-2.48 + 0.23 * severity + 1.61 * control + 0.72 * disclosure + 0.45 * trained", link = "logit")
d <- defData(d, varname = "q15", dist = "binary",
  formula = "-1.94 + 0.34 * severity + 1.61 * control + 0.23 * lethality + 0.72 * disclosure + 0.45 * trained", link = "logit")
d <- defData(d, varname = "q16", dist = "binary",
  formula = "-3.07 + 0.34 * severity + 1.26 * control + 0.46 * lethality + 0.72 * disclosure + 0.45 * trained", link = "logit")
d <- defData(d, varname = "q17", dist = "binary",
  formula = "-4.28 + 0.57 * severity + 1.15 * control + 0.23 * substance + 0.46 * lethality + 0.84 * disclosure + 0.45 * trained", link = "logit")
d <- defData(d, varname = "q18", dist = "binary",
  formula = "-2.84 + 0.92 * severity + 0.34 * control + 0.46 * substance + 0.6 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q19", dist = "binary",
  formula = "-1.32 + 0.46 * control + 0.69 * lethality + 0.3 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q20", dist = "binary",
  formula = "-2.2 + 0.9 * prior + 0.24 * disclosure + 0.25 * trained", link = "logit")
d <- defData(d, varname = "q21", dist = "binary",
  formula = "-2.83 + 0.23 * control + 0.52 * substance + 0.57 * lethality + 0.24 * disclosure + 0.25 * trained", link = "logit")
set.seed(20)
x <- genData(1000000, d)
cat("column,mean,sd\n")
for (n in setdiff(names(x), "id")) cat(sprintf("%s,%.6f,%.6f\n", n, mean(as.numeric(x[[n]])), sd(as.numeric(x[[n]]))))
