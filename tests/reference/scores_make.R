# Reference values for partial areas, unpaired comparisons, concordance and AUC by day. Run in this folder:
# Rscript scores_make.R. Writes scores_cases.csv (made-up rows) and scores_values.csv (what R computes from them).
suppressMessages({library(pROC); library(survival); library(riskRegression)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(5146)

n <- 500; K <- 22
cluster <- sample(sprintf("s%02d", 1:K), n, replace = TRUE, prob = rexp(K) + 0.2)
lean <- setNames(rnorm(K, 0, 0.5), sprintf("s%02d", 1:K))[cluster]
z <- rnorm(n)
whole <- rbinom(n, 12, plogis(-1 + 0.8 * z + lean))
fine <- 0.7 * z + rnorm(n)
rate <- exp(-6.2 + 0.8 * z + 0.3 * lean)
to_event <- rexp(n) / rate
to_exit <- rexp(n) * 700
lost <- ifelse(runif(n) < 0.35, runif(n) * 180, 180)
followed <- round(pmin(lost, 180), 1)
day <- round(to_event, 1); exit <- round(to_exit, 1)
day[day > followed] <- NA; exit[exit > followed] <- NA; exit[which(exit > day)] <- NA
# A few events, exits and ends of follow-up on the same days.
day[which(!is.na(day))[1:6]] <- 40; exit[which(!is.na(exit))[1:3]] <- 40
followed[which(is.na(day) & is.na(exit) & followed < 180)[1:5]] <- 40
both <- which(!is.na(day) & !is.na(exit)); exit[both] <- NA
followed <- pmax(followed, day, exit, na.rm = TRUE)
event <- as.integer(!is.na(day))
cases <- data.frame(cluster, event, whole, fine = round(fine, 6), other = round(0.4 * z + rnorm(n), 6),
                    couple = rbinom(n, 1, 0.6), followed, day, exit)
write.csv(cases, "scores_cases.csv", row.names = FALSE, na = "")
cases <- read.csv("scores_cases.csv")

out <- list()
add <- function(what, case, value, se = NA, p = NA)
  out[[length(out) + 1]] <<- data.frame(what, case, value, se, p)
curve <- function(score, d = cases)
  roc(d$event, d[[score]], levels = c(0, 1), direction = "<", quiet = TRUE)

# Partial areas, raw and standardised after McClish.
for (score in c("whole", "fine")) for (focus in c("specificity", "sensitivity"))
  for (range in list(c(1, 0.8), c(1, 0.9), c(0.9, 0.6), c(1, 0))) {
    case <- paste(score, focus, range[2], range[1])
    part <- function(correct) as.numeric(auc(curve(score), partial.auc = range, partial.auc.focus = focus,
                                             partial.auc.correct = correct))
    add("partial", case, part(FALSE)); add("mcclish", case, part(TRUE))
  }

# Two scores known for different people: fine for couples, other for the rest; then fine for couples, whole for all.
few <- cases[cases$couple == 1, ]; rest <- cases[cases$couple == 0, ]
t1 <- roc.test(curve("fine", few), curve("other", rest), method = "delong", paired = FALSE)
add("unpaired", "fine other", diff(rev(t1$estimate)), diff(rev(t1$estimate)) / t1$statistic, t1$p.value)
# Two scores known for people some of whom are the same: from the placements, person by person.
place <- function(d, score) {
  x <- d[[score]][d$event == 1]; y <- d[[score]][d$event == 0]
  won <- outer(x, y, ">") + 0.5 * outer(x, y, "==")
  v <- numeric(nrow(d)); v[d$event == 1] <- rowMeans(won) - mean(won); v[d$event == 0] <- colMeans(won) - mean(won)
  list(auc = mean(won), v = setNames(v, rownames(d)), m = length(x), n = length(y))
}
a <- place(few, "fine"); b <- place(cases, "whole")
own <- function(p, d) sum(p$v[d$event == 1]^2) / (p$m * (p$m - 1)) + sum(p$v[d$event == 0]^2) / (p$n * (p$n - 1))
shared <- rownames(few); e <- few$event == 1; m <- sum(e); l <- sum(!e)
cross <- sum(a$v[e] * b$v[shared][e]) / (a$m * b$m) * m / (m - 1) +
  sum(a$v[!e] * b$v[shared][!e]) / (a$n * b$n) * l / (l - 1)
add("overlap", "fine whole", a$auc - b$auc, sqrt(own(a, few) + own(b, cases) - 2 * cross))

# Jackknife over clusters, each statistic computed from the rows without each one.
ids <- sort(unique(cases$cluster))
jackknife <- function(statistic) {
  full <- statistic(cases); left <- sapply(ids, function(k) statistic(cases[cases$cluster != k, ]))
  c(full, sqrt((length(ids) - 1) / length(ids) * sum((left - full)^2)))
}
keep <- function(what, case, both) add(what, case, both[1], both[2])
keep("overlap_jackknife", "fine whole", jackknife(function(d)
  place(d[d$couple == 1, ], "fine")$auc - place(d, "whole")$auc))
average_precision <- function(d, score) {
  at <- sort(unique(d[[score]]), decreasing = TRUE); last <- 0; sum <- 0
  for (t in at) {
    flagged <- d[[score]] >= t; recall <- sum(d$event[flagged]) / sum(d$event)
    sum <- sum + (recall - last) * mean(d$event[flagged]); last <- recall
  }
  sum
}
for (score in c("whole", "fine")) {
  keep("average_precision", score, jackknife(function(d) average_precision(d, score)))
  keep("partial_jackknife", score, jackknife(function(d) as.numeric(
    auc(curve(score, d), partial.auc = c(1, 0.8), partial.auc.focus = "specificity"))))
}

# What came first: the event, an exit, or the end of follow-up. Exits end the time at risk, or leave free of it for good.
first <- function(d) {
  time <- pmin(d$day, d$exit, d$followed, na.rm = TRUE)
  kind <- ifelse(!is.na(d$day) & d$day <= time, 1, ifelse(!is.na(d$exit) & d$exit <= time, 2, 0))
  data.frame(time, kind)
}
for (score in c("whole", "fine")) {
  keep("harrell", score, jackknife(function(d) {
    f <- first(d); concordance(Surv(f$time, f$kind == 1) ~ d[[score]], reverse = TRUE)$concordance }))
  keep("exits_free", score, jackknife(function(d) {
    f <- first(d); time <- ifelse(f$kind == 2, 1e6, f$time)
    concordance(Surv(time, f$kind == 1) ~ d[[score]], reverse = TRUE)$concordance }))
}

# AUC by day t: weights from survival::survfit for the end of follow-up (events first on the same day).
by_day <- function(d, score, t) {
  f <- first(d)
  fit <- survfit(Surv(f$time - 0.001 * (f$kind > 0), f$kind == 0) ~ 1)
  before <- stepfun(fit$time + 1e-6, c(1, fit$surv))  # chance of being followed up to and including the day before
  g <- before(f$time - 0.001 * (f$kind > 0))
  case <- f$kind == 1 & f$time <= t; left <- f$kind == 2 & f$time <= t
  stays <- f$time >= t & !(f$time <= t & f$kind > 0)
  w <- ifelse(case | left, 1 / g, ifelse(stays, 1 / before(t), 0))
  x <- d[[score]]; won <- outer(x[case], x[!case & w > 0], ">") + 0.5 * outer(x[case], x[!case & w > 0], "==")
  weight <- outer(w[case], w[!case & w > 0])
  sum(won * weight) / sum(weight)
}
for (score in c("whole", "fine")) for (t in c(30, 40, 90.05, 180))
  keep("by_day", paste(score, t), jackknife(function(d) by_day(d, score, t)))
# The same by riskRegression, where no row ends on the day itself.
f <- first(cases); d <- cbind(cases, f)
for (score in c("whole", "fine")) for (t in c(30.05, 90.05, 150.05)) {
  s <- Score(list(a = d[[score]]), formula = Hist(time, kind) ~ 1, data = d, cause = 1, times = t, metrics = "AUC",
             se.fit = FALSE, cens.model = "km")
  add("riskRegression", paste(score, t), s$AUC$score$AUC)
}
write.csv(do.call(rbind, out), "scores_values.csv", row.names = FALSE, na = "")
