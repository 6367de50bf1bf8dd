# Scores that flag as many rows as a rule does, by loops; the penalised logistic regression with the smallest AIC.
# Usage: Rscript contenders_make.R (writes contenders_cases.csv and contenders_values.csv)
set.seed(20)
n <- 400; K <- 15
z <- rnorm(n); station <- sample(K, n, TRUE)
d <- data.frame(event = rbinom(n, 1, plogis(-1.8 + z)), station, coarse = rbinom(n, 6, plogis(-0.8 + z)),
                fine = round(z + rnorm(n), 3))
d$rule <- as.integer(z + rnorm(n) > 0.9)
for (i in 1:5) d[[paste0("item", i)]] <- rbinom(n, 1, plogis(-1.2 + (i / 4) * z))
cut <- function(x, score) {  # sensitivity and specificity when the highest mean(rule) of the rows are flagged
  want <- sum(x$rule); o <- sort(unique(x[[score]]), decreasing = TRUE); part <- rep(0, nrow(x)); used <- 0
  for (s in o) {
    here <- x[[score]] == s; m <- sum(here)
    if (used + m <= want + 1e-9) { part[here] <- 1; used <- used + m } else { part[here] <- (want - used) / m; break }
  }
  c(sum(part[x$event == 1]) / sum(x$event == 1), 1 - sum(part[x$event == 0]) / sum(x$event == 0))
}
legal <- function(x) c(mean(x$rule[x$event == 1]), 1 - mean(x$rule[x$event == 0]))
out <- NULL
for (score in c("coarse", "fine")) {
  gap <- function(x) cut(x, score) - legal(x)
  full <- gap(d); left <- t(sapply(1:K, function(k) gap(d[d$station != k, ])))
  for (j in 1:2) {
    K_j <- length(unique(d$station[d$event == 2 - j]))
    se <- sqrt((K - 1) / K * sum((left[, j] - full[j])^2))
    out <- rbind(out, data.frame(what = c("estimate", "std_error", "low", "high"), group = score,
      term = c("sensitivity_difference", "specificity_difference")[j],
      value = c(full[j], se, full[j] + c(-1, 1) * qt(.975, K_j - 1) * se)))
  }
}
x <- cbind(1, as.matrix(d[, paste0("item", 1:5)])); y <- d$event
best <- NULL; smallest <- Inf
for (penalty in c(100, 30, 10, 3, 1)) {
  nll <- function(b) -sum(y * (x %*% b) - log1p(exp(x %*% b))) + penalty / 2 * sum(b[-1]^2)
  gr <- function(b) -t(x) %*% (y - plogis(x %*% b)) + penalty * c(0, b[-1])
  f <- optim(rep(0, 6), nll, gr, method = "BFGS", control = list(reltol = 1e-15, maxit = 1000))
  p <- as.vector(plogis(x %*% f$par)); H <- t(x) %*% (x * (p * (1 - p)))
  aic <- -2 * sum(y * log(p) + (1 - y) * log(1 - p)) + 2 * sum(diag(solve(H + penalty * diag(c(0, rep(1, 5))), H)))
  if (aic < smallest) { smallest <- aic; best <- f$par }
}
out <- rbind(out, data.frame(what = "coefficient", group = "ridge", term = paste0("b", 0:5), value = best))
write.csv(d, "contenders_cases.csv", row.names = FALSE, quote = FALSE)
write.csv(out, "contenders_values.csv", row.names = FALSE, quote = FALSE)
