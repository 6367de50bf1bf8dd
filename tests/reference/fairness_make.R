# Reference values for differences between groups and for raking. Run in this folder: Rscript fairness_make.R
# Reads accuracy_cases.csv; writes fairness_values.csv.
suppressMessages(library(survey))
d <- read.csv("accuracy_cases.csv"); i <- seq_len(nrow(d)) - 1
d$kind <- c("a", "b", "c")[i %% 3 + 1]; d$area <- ifelse(i %% 5 < 2, "urban", "rural")
out <- list(); add <- function(what, case, value, se = NA) out[[length(out) + 1]] <<- data.frame(what, case, value, se)

se_of <- function(x) mean(x$test[x$event == 1]); sp_of <- function(x) mean(1 - x$test[x$event == 0])
stations <- unique(d$cluster); K <- length(stations)
for (g in c("b", "c")) for (f in c("sensitivity", "specificity")) {
  of <- if (f == "sensitivity") se_of else sp_of
  gap <- function(x) of(x[x$kind == g, ]) - of(x[x$kind == "a", ])
  left <- sapply(stations, function(s) gap(d[d$cluster != s, ]))
  add("difference", paste(g, f), gap(d), sqrt((K - 1) / K * sum((left - gap(d))^2)))
}
target <- list(kind = data.frame(kind = c("a", "b", "c"), Freq = c(.5, .3, .2)), area = data.frame(area = c("urban", "rural"), Freq = c(.7, .3)))
raked <- function(x) {
  w <- rake(svydesign(~1, data = x, weights = rep(1, nrow(x))), list(~kind, ~area), lapply(target, function(t) {t$Freq <- t$Freq * nrow(x); t}),
            control = list(maxit = 500, epsilon = 1e-10))
  w <- weights(w)
  c(sensitivity = with(x, sum(w * test * event) / sum(w * event)), specificity = with(x, sum(w * (1 - test) * (1 - event)) / sum(w * (1 - event))),
    ppv = with(x, sum(w * test * event) / sum(w * test)), flagged = with(x, sum(w * test) / sum(w)), left = sum(w)^2 / sum(w^2) / nrow(x))
}
full <- raked(d); left <- sapply(stations, function(s) raked(d[d$cluster != s, ]))
for (m in names(full)) add("raked", m, full[[m]], sqrt((K - 1) / K * sum((left[m, ] - full[[m]])^2)))
write.csv(do.call(rbind, lapply(out, format, digits = 12)), "fairness_values.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), "\n")
