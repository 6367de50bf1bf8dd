# Reference values for counts of two raters. Run in this folder: Rscript icc_make.R
# R 4.2.2; psych 2.2.9. Writes icc_counts.csv (made-up counts) and icc_values.csv.
suppressPackageStartupMessages(library(psych))
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(146)

n <- 160; k <- 20
officer <- sample(sprintf("o%02d", 1:k), n, replace = TRUE)
lean <- setNames(rnorm(k, 0, 0.4), sprintf("o%02d", 1:k))[officer]
severity <- rnorm(n)
counts <- data.frame(officer,
  first = rbinom(n, 21, plogis(-1.5 + severity + lean)),
  second = rbinom(n, 21, plogis(-1.3 + severity + rnorm(n, 0, 0.3))))
write.csv(counts, "icc_counts.csv", row.names = FALSE)

rows <- list()
keep <- function(quantity, value, low, high, se) {
  rows[[length(rows) + 1]] <<- data.frame(quantity, value = signif(value, 15), low = signif(low, 15),
                                          high = signif(high, 15), se = signif(se, 15))
}
two <- counts[, c("first", "second")]
r <- ICC(two, lmer = FALSE)$results
for (type in c("ICC2", "ICC3")) {
  x <- r[r$type == type, ]
  keep(c(ICC2 = "icc_agreement", ICC3 = "icc_consistency")[[type]], x$ICC, x[["lower bound"]], x[["upper bound"]], NA)
}
t1 <- t.test(counts$first, counts$second, paired = TRUE)
d <- counts$first - counts$second
keep("mean_difference", mean(d), t1$conf.int[1], t1$conf.int[2], sd(d) / sqrt(n))
keep("limit_low", mean(d) - 1.96 * sd(d), NA, NA, NA)
keep("limit_high", mean(d) + 1.96 * sd(d), NA, NA, NA)

# Leave one officer out, with psych's ICC.
stat <- function(x) { r <- ICC(x, lmer = FALSE)$results; c(r$ICC[r$type == "ICC2"], r$ICC[r$type == "ICC3"]) }
full <- stat(two)
left <- t(sapply(unique(officer), function(o) stat(two[officer != o, ])))
for (j in 1:2) keep(c("icc_agreement_jackknife", "icc_consistency_jackknife")[j], full[j], NA, NA,
                    sqrt((k - 1) / k * sum((left[, j] - full[j])^2)))
write.csv(do.call(rbind, rows), "icc_values.csv", row.names = FALSE, na = "")
