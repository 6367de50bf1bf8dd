# Reference values for random-effects pooling. Run in this folder: Rscript pooling_make.R
# R 4.2.2; metafor 3.8-1. Writes pooling_cases.csv (made-up areas under the curve) and pooling_values.csv.
suppressPackageStartupMessages(library(metafor))
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(146)

made <- function(case, k, tau, from, to) {
  se <- runif(k, from, to)
  data.frame(case, effect = signif(0.7 + rnorm(k, 0, tau) + rnorm(k, 0, se), 6), se = signif(se, 5))
}
cases <- rbind(made("two", 2, 0.2, 0.10, 0.20), made("alike", 6, 0, 0.10, 0.40), made("five", 5, 0.3, 0.08, 0.25),
               made("many", 20, 0.4, 0.05, 0.50), made("unequal", 8, 0.5, 0.02, 0.80))
# The same effect everywhere: the plain limits must take over from the Hartung-Knapp ones.
same <- data.frame(case = "same", effect = 0.7, se = c(0.1, 0.2, 0.3, 0.15))
cases <- rbind(cases, same)
write.csv(cases, "pooling_cases.csv", row.names = FALSE)

rows <- lapply(unique(cases$case), function(name) {
  d <- cases[cases$case == name, ]
  m <- rma(yi = effect, sei = se, data = d, method = "PM", test = "adhoc", control = list(tol = 1e-12, maxiter = 1000))
  p <- predict(m)
  x <- c(effect = m$b[1], std_error = m$se, low = m$ci.lb, high = m$ci.ub, predict_low = p$pi.lb,
         predict_high = p$pi.ub, tau2 = m$tau2, i2 = m$I2 / 100, q = m$QE, weight_first = unname(weights(m)[1]) / 100)
  data.frame(case = name, quantity = names(x), value = signif(unname(x), 12))
})
write.csv(do.call(rbind, rows), "pooling_values.csv", row.names = FALSE)
