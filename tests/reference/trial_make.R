# Reference values for a trial that allocates stations. Run in this folder: Rscript trial_make.R
# R 4.2.2; clubSandwich 0.5.8, geepack 1.3.9. Writes trial_cases.csv (made-up cases) and trial_values.csv.
suppressMessages({library(clubSandwich); library(geepack)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(146)

stations <- data.frame(station = sprintf("s%02d", 1:14), stratum = rep(c("urban", "rural"), c(6, 8)),
                       arm = c(0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0), size = c(41, 33, 28, 55, 60, 38, 12, 9, 17, 21, 8, 14, 11, 19))
lean <- rnorm(14, 0, 0.3)
row <- rep(1:14, stations$size)
cases <- data.frame(stations[row, c("station", "stratum", "arm")],
                    missed = rbinom(length(row), 1, plogis(-1.2 - 0.4 * stations$arm[row] + lean[row])),
                    hours = round(rgamma(length(row), 3, 1.6) + 0.3 * lean[row] + 0.4, 2))
write.csv(cases, "trial_cases.csv", row.names = FALSE)
cases <- read.csv("trial_cases.csv", stringsAsFactors = TRUE)

rows <- list()
keep <- function(outcome, quantity, value, se = NA, low = NA, high = NA, p = NA, df = NA) {
  rows[[length(rows) + 1]] <<- data.frame(outcome, quantity, value = signif(value, 15), se = signif(se, 15),
    low = signif(low, 15), high = signif(high, 15), p = signif(p, 15), df)
}
for (outcome in c("missed", "hours")) {
  y <- cases[[outcome]]
  means <- aggregate(y ~ station + stratum + arm, cases, mean)

  # Station means: two-sample t test with pooled variance, and least squares with strata.
  tt <- t.test(means$y[means$arm == 1], means$y[means$arm == 0], var.equal = TRUE)
  keep(outcome, "station_means", tt$estimate[[1]] - tt$estimate[[2]], tt$stderr, tt$conf.int[1], tt$conf.int[2], tt$p.value, tt$parameter)
  ls <- lm(y ~ arm + stratum, means)
  s <- summary(ls)$coefficients["arm", ]; ci <- confint(ls)["arm", ]
  keep(outcome, "station_means_strata", s[1], s[2], ci[1], ci[2], s[4], ls$df.residual)

  # Mean of each arm with its own variance: one-sample t, and with strata sum(e^2) / sum(1 - h) over its stations.
  level <- c(1, NA, mean(means$stratum == levels(means$stratum)[2]))
  x <- model.matrix(ls); inverse <- solve(crossprod(x)); e2 <- residuals(ls)^2; room <- 1 - hatvalues(ls)
  own <- function(a) sum(e2[means$arm == a]) / sum(room[means$arm == a])
  each <- ifelse(means$arm == 1, own(1), own(0))
  for (a in 0:1) {
    one <- t.test(means$y[means$arm == a])
    keep(outcome, paste0("mean_", a), one$estimate[[1]], one$stderr, one$conf.int[1], one$conf.int[2], df = one$parameter)
    at <- replace(level, 2, a); l <- drop(x %*% inverse %*% at); d <- sum(room[means$arm == a])
    b <- sum(at * coef(ls)); se <- sqrt(sum(l^2 * each))
    keep(outcome, paste0("mean_", a, "_strata"), b, se, b - qt(0.975, d) * se, b + qt(0.975, d) * se, df = d)
  }

  # Cases: least squares with CR3, which is Mancl and DeRouen's variance here; t with stations - coefficients.
  for (strata in c(FALSE, TRUE)) {
    fit <- if (strata) lm(y ~ arm + stratum, cases) else lm(y ~ arm, cases)
    se <- sqrt(vcovCR(fit, cluster = cases$station, type = "CR3")["arm", "arm"])
    df <- 14 - length(coef(fit)); b <- coef(fit)[["arm"]]; q <- qt(0.975, df)
    keep(outcome, if (strata) "cases_strata" else "cases", b, se, b - q * se, b + q * se, 2 * pt(-abs(b / se), df), df)
  }
  g <- geeglm(y ~ arm + stratum, id = station, data = transform(cases, y = y)[order(cases$station), ],
              family = gaussian, corstr = "independence")
  keep(outcome, "gee_estimate_strata", coef(g)[["arm"]])

  # Intraclass correlation within arm: analysis of variance, stations nested in arms.
  a <- anova(lm(y ~ factor(arm) + station, cases))
  sizes <- table(cases$station); arm_of <- tapply(cases$arm, cases$station, function(v) v[1])
  m0 <- (sum(sizes) - sum(tapply(sizes^2, arm_of, sum) / tapply(sizes, arm_of, sum))) / (14 - 2)
  msb <- a["station", "Mean Sq"]; msw <- a["Residuals", "Mean Sq"]
  keep(outcome, "icc", (msb - msw) / (msb + (m0 - 1) * msw))

  # All allocations of 6 of 14 stations: share with a difference of means at least as large.
  sums <- combn(14, sum(means$arm), function(i) mean(means$y[i]) - mean(means$y[-i]))
  seen <- mean(means$y[means$arm == 1]) - mean(means$y[means$arm == 0])
  keep(outcome, "randomisation", seen, p = mean(abs(sums) >= abs(seen) - 1e-12))
}
write.csv(do.call(rbind, rows), "trial_values.csv", row.names = FALSE, na = "")
