# Reference values for Rubin's rules. Run in this folder: Rscript imputation_make.R
# Writes imputation_values.csv: what mice::pool.scalar makes of made-up estimates and variances.
suppressMessages(library(mice))
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(146)
out <- list()
for (m in c(5, 20)) for (n in c(12, 40, Inf)) for (spread in c(0.01, 0.2)) {
  q <- round(rnorm(m, 0.5, spread), 6); u <- round(runif(m, 0.002, 0.004), 6)
  p <- pool.scalar(q, u, n = n, k = 1)
  out[[length(out) + 1]] <- data.frame(m, n, spread, estimates = paste(q, collapse = " "),
    variances = paste(u, collapse = " "), qbar = p$qbar, t = p$t, df = p$df, fmi = p$fmi)
}
write.csv(do.call(rbind, lapply(out, format, digits = 15)), "imputation_values.csv", row.names = FALSE, quote = TRUE)
cat(R.version.string, "mice", as.character(packageVersion("mice")), "\n")
