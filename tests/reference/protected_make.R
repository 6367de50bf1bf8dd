# Reference values for figures without an order, for partial verification and for a partial record. Run in this folder:
# Rscript protected_make.R. Reads protected_cases.csv (written here, seed stated); writes protected_values.csv.
set.seed(20260)
n <- 900; station <- rep(1:18, each = 50); u <- rnorm(18, 0, .4)[station]
a <- rbinom(n, 7, .2); b <- rbinom(n, 14, .25); rural <- rbinom(n, 1, .4)
test <- as.integer(a >= 3 | b >= 6); score <- a + b
order <- rbinom(n, 1, plogis(-3.2 + 2.6 * test + .25 * a - .5 * rural))
event <- rbinom(n, 1, plogis(-3.4 + .35 * a + .12 * b + .3 * rural + u - .9 * order))
record <- event * rbinom(n, 1, .6 + .1 * test)
seen <- ifelse(runif(n) < ifelse(test == 1, .75, .45), event, NA)
d <- data.frame(station, a, b, rural, test, score, order, event, record, seen)
write.csv(d, "protected_cases.csv", row.names = FALSE, na = "", quote = FALSE)
out <- list(); add <- function(what, case, value, se = NA) out[[length(out) + 1]] <<- data.frame(what, case, value, se)

# Penalised logistic regression: maximum of the log-likelihood less half the squared coefficients of the standardised
# columns (intercept free), by a general optimiser with its gradient.
penalised <- function(x, y, w) {
  lp <- function(g) drop(cbind(1, x) %*% g)
  f <- function(g) -sum(w * (y * lp(g) - log1p(exp(lp(g))))) + sum(g[-1]^2) / 2
  s <- function(g) -drop(t(cbind(1, x)) %*% (w * (y - plogis(lp(g))))) + c(0, g[-1])
  g <- optim(rep(0, ncol(x) + 1), f, s, method = "BFGS", control = list(maxit = 5000, reltol = 1e-15))$par
  optim(g, f, s, method = "BFGS", control = list(maxit = 5000, reltol = 1e-16))$par
}
X <- with(d, cbind(test, a, a^2, b, b^2, rural))
X <- sweep(sweep(X, 2, colMeans(X)), 2, apply(X, 2, function(v) sqrt(mean((v - mean(v))^2))), "/")
auc <- function(e, f, s) sum(outer(e, f) * (outer(s, s, ">") + outer(s, s, "==") / 2)) / (sum(e) * sum(f))
figures <- function(e, f, t, s) c(sensitivity = sum(e * t) / sum(e), specificity = sum(f * (1 - t)) / sum(f),
  ppv = sum(e * t) / sum((e + f) * t), npv = sum(f * (1 - t)) / sum((e + f) * (1 - t)),
  prevalence = sum(e) / sum(e + f), auc = auc(e, f, s))
ways <- function(keep, outcome) {
  k <- as.numeric(keep); known <- as.numeric(!is.na(outcome)); y <- ifelse(is.na(outcome), 0, outcome)
  untreated <- k * (1 - d$order); free <- untreated * known
  p <- plogis(drop(cbind(1, X) %*% penalised(X, d$order, k)))
  g0 <- penalised(X, y, free); m <- plogis(drop(cbind(1, X) %*% g0))
  r <- if (all(known == 1)) 1 else plogis(drop(cbind(1, X) %*% penalised(X, known, untreated)))
  g1 <- penalised(cbind(X, d$order), y, k * known); off <- plogis(drop(cbind(1, X, 0) %*% g1))
  w <- ifelse(free == 1, 1 / ((1 - p) * r), 0); w <- pmin(w, quantile(w[free == 1], .99))
  dr <- m + w * (y - m); g <- function(e, by) figures((by * e)[keep], (by * (1 - e))[keep], d$test[keep], d$score[keep])
  tilt <- function(odds) ifelse(d$order == 1, plogis(qlogis(m) + log(odds)), ifelse(known == 1, y, m))
  list(as_observed = g(y, k * known), untreated_only = g(y, free), weighted = g(y, w), g_computation = g(off, k),
       doubly_robust = g(dr, k), tilt_half = g(tilt(.5), k), tilt_double = g(tilt(2), k))
}
K <- length(unique(station))
jack <- function(values, est) sqrt((K - 1) / K * sum((values - est)^2))
for (outcome in c("event", "seen")) {
  whole <- ways(rep(TRUE, n), d[[outcome]])
  left <- lapply(unique(station), function(s) ways(station != s, d[[outcome]]))
  for (way in names(whole)) for (term in names(whole[[way]])) {
    est <- whole[[way]][[term]]
    add(paste0("protected_", outcome), paste(way, term), est, jack(sapply(left, function(l) l[[way]][[term]]), est))
  }
}
# Begg and Greenes 1983 by their formula; the two-phase estimate by verdict and record.
bg <- function(x, by) {
  cell <- interaction(by, drop = TRUE); share <- tapply(x$seen, cell, mean, na.rm = TRUE)[cell]
  e <- ifelse(is.na(x$seen), share, x$seen)
  figures(e, 1 - e, x$test, x$score)[1:5]
}
for (kind in c("begg_greenes", "two_phase")) {
  of <- function(x) bg(x, if (kind == "two_phase") list(x$test, x$record) else list(x$test))
  est <- of(d); l <- sapply(unique(station), function(s) of(d[d$station != s, ]))
  for (term in names(est)) add("verification", paste(kind, term), est[[term]], jack(l[term, ], est[[term]]))
}
recording <- function(x) {
  share <- with(x, tapply(seen, list(test, record), mean, na.rm = TRUE)); n <- with(x, table(test, record))
  known <- with(x, tapply(!is.na(seen), list(test, record), sum)); hit <- with(x, tapply(seen, list(test, record), sum, na.rm = TRUE))
  e <- hit + (n - known) * share; se <- e[, 2] / rowSums(e); risk <- rowSums(e) / rowSums(n); rr <- n[, 2] / rowSums(n)
  o <- n - e; sp <- o[2, 1] / sum(o[2, ])
  c(recorded_risk_ratio = rr[[2]] / rr[[1]], risk_ratio = risk[[2]] / risk[[1]], recording_ratio = se[[2]] / se[[1]],
    tipping_ratio = uniroot(function(s) (rr[[2]] - (1 - sp)) / (s + sp - 1) - risk[[1]], c(.01, 20), tol = 1e-12)$root / se[[1]])
}
est <- recording(d); l <- sapply(unique(station), function(s) recording(d[d$station != s, ]))
for (term in names(est)) add("recording", term, est[[term]], jack(log(l[term, ]), log(est[[term]])))
write.csv(do.call(rbind, lapply(out, format, digits = 12)), "protected_values.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "\n")
