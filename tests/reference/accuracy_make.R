# Reference values for accuracy and AUC. Run in this folder: Rscript accuracy_make.R
# Writes accuracy_cases.csv (made-up rows) and accuracy_values.csv (what R computes from them).
suppressMessages({library(pROC); library(epiR); library(clubSandwich)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(146)

n <- 400; K <- 24
cluster <- sample(sprintf("s%02d", 1:K), n, replace = TRUE, prob = rexp(K) + 0.2)
lean <- setNames(rnorm(K, 0, 0.6), sprintf("s%02d", 1:K))[cluster]
z <- rnorm(n)
event <- rbinom(n, 1, plogis(-1.6 + 1.1 * z + 0.5 * lean))
whole <- rbinom(n, 12, plogis(-1 + 0.8 * z + lean))
tied <- round(z + rnorm(n), 1)
fine <- 0.7 * z + rnorm(n)
cases <- data.frame(cluster, event, test = as.integer(whole >= 5), whole, tied, fine = round(fine, 6))
write.csv(cases, "accuracy_cases.csv", row.names = FALSE)
cases <- read.csv("accuracy_cases.csv")

out <- list()
add <- function(what, case, value, low = NA, high = NA, se = NA, p = NA)
  out[[length(out) + 1]] <<- data.frame(what, case, value, low, high, se, p)

# Binomial limits, over a grid that includes 0 and n.
for (n1 in c(1, 5, 12, 37, 250)) for (x in unique(c(0, 1, n1 %/% 3, n1 - 1, n1))) {
  w <- suppressWarnings(prop.test(x, n1, correct = FALSE))$conf.int
  b <- binom.test(x, n1)$conf.int
  add("wilson", paste(x, n1), x / n1, w[1], w[2]); add("exact", paste(x, n1), x / n1, b[1], b[2])
}

# 2x2 of the whole sample: true positive, false positive, false negative, true negative.
two <- with(cases, c(sum(test & event), sum(test & !event), sum(!test & event), sum(!test & !event)))
e <- summary(epi.tests(two))
for (s in c("se", "sp", "pv.pos", "pv.neg", "ap", "tp", "lr.pos", "lr.neg", "diag.ac", "diag.or"))
  add("epi.tests", s, e$est[e$statistic == s], e$lower[e$statistic == s], e$upper[e$statistic == s])

# Jackknife over clusters, recomputed from the rows without each one.
measures <- function(d) with(d, {
  se <- mean(test[event == 1]); sp <- mean(1 - test[event == 0])
  c(sensitivity = se, specificity = sp, ppv = mean(event[test == 1]), npv = mean(1 - event[test == 0]),
    flagged = mean(test), prevalence = mean(event), accuracy = mean(test == event), youden = se + sp - 1)
})
full <- measures(cases); names_k <- sort(unique(cases$cluster))
left <- t(sapply(names_k, function(k) measures(cases[cases$cluster != k, ])))
base <- list(sensitivity = cases$event == 1, specificity = cases$event == 0, ppv = cases$test == 1,
             npv = cases$test == 0, flagged = rep(TRUE, nrow(cases)), prevalence = rep(TRUE, nrow(cases)),
             accuracy = rep(TRUE, nrow(cases)))
held <- sapply(base, function(rows) length(unique(cases$cluster[rows])))
held["youden"] <- length(names_k)
for (s in names(full)) {
  k <- held[[s]]
  add("jackknife", s, full[[s]], se = sqrt((k - 1) / k * sum((left[, s] - full[[s]])^2)))
}
# clubSandwich: CR3 is the sum of squared leave-one-out changes, CR1 the linearised variance.
for (s in names(base)) {
  d <- cases[base[[s]], ]
  d$y <- switch(s, sensitivity = d$test, specificity = 1 - d$test, ppv = d$event, npv = 1 - d$event,
                flagged = d$test, prevalence = d$event, accuracy = as.integer(d$test == d$event))
  fit <- lm(y ~ 1, data = d); k <- held[[s]]
  add("CR3", s, coef(fit)[[1]], se = sqrt((k - 1) / k * vcovCR(fit, cluster = d$cluster, type = "CR3")[1, 1]))
  add("CR1", s, coef(fit)[[1]], se = sqrt(vcovCR(fit, cluster = d$cluster, type = "CR1")[1, 1]))
}

# AUC: DeLong, jackknife over clusters, Obuchowski.
curve <- function(d, s) roc(d$event, d[[s]], direction = "<", levels = c(0, 1), quiet = TRUE)
place <- function(d, s) {
  x <- d[[s]][d$event == 1]; y <- d[[s]][d$event == 0]
  list(x = sapply(x, function(v) mean((v > y) + (v == y) / 2)), y = sapply(y, function(v) mean((x > v) + (x == v) / 2)))
}
replicate_auc <- list()
for (s in c("whole", "tied", "fine")) {
  r <- curve(cases, s); ci <- ci.auc(r, method = "delong")
  add("delong", s, as.numeric(auc(r)), ci[1], ci[3], sqrt(var(r, method = "delong")))
  left <- sapply(names_k, function(k) as.numeric(auc(curve(cases[cases$cluster != k, ], s))))
  replicate_auc[[s]] <- left
  add("auc_jackknife", s, as.numeric(auc(r)), se = sqrt((K - 1) / K * sum((left - as.numeric(auc(r)))^2)))
  v <- place(cases, s); a <- as.numeric(auc(r))
  cx <- cases$cluster[cases$event == 1]; cy <- cases$cluster[cases$event == 0]; m <- length(cx); q <- length(cy)
  gx <- sapply(names_k, function(k) sum(v$x[cx == k] - a)); gy <- sapply(names_k, function(k) sum(v$y[cy == k] - a))
  i10 <- length(unique(cx)); i01 <- length(unique(cy)); i <- length(names_k)
  s10 <- i10 / ((i10 - 1) * m) * sum(gx^2); s01 <- i01 / ((i01 - 1) * q) * sum(gy^2); s11 <- i / (i - 1) * sum(gx * gy)
  add("obuchowski", s, a, se = sqrt(s10 / m + s01 / q + 2 * s11 / (m * q)))
}
for (pair in list(c("whole", "fine"), c("whole", "tied"), c("tied", "fine"))) {
  a <- curve(cases, pair[1]); b <- curve(cases, pair[2]); t <- roc.test(a, b, method = "delong", paired = TRUE)
  gap <- as.numeric(auc(a)) - as.numeric(auc(b))
  add("paired", paste(pair, collapse = " "), gap, se = gap / unname(t$statistic), p = t$p.value)
  add("covariance", paste(pair, collapse = " "), cov(a, b, method = "delong"))
  move <- replicate_auc[[pair[1]]] - replicate_auc[[pair[2]]] - gap
  add("paired_jackknife", paste(pair, collapse = " "), gap, se = sqrt((K - 1) / K * sum(move^2)))
}
values <- do.call(rbind, out)
values[, 3:7] <- lapply(values[, 3:7], signif, 12)
write.csv(values, "accuracy_values.csv", row.names = FALSE, na = "")
cat("R", as.character(getRversion()), "pROC", as.character(packageVersion("pROC")), "epiR",
    as.character(packageVersion("epiR")), "clubSandwich", as.character(packageVersion("clubSandwich")), "\n")
