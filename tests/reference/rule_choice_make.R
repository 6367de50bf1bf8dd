# Choosing a rule on the data, by loops over rows: leave-one-cluster-out bootstrap, .632+ and optimism.
# Efron and Tibshirani 1997, JASA 92, 548, formulas 28 to 32, clusters in the place of rows.
# Usage: Rscript rule_choice_make.R (writes rule_choice_cases.csv, rule_choice_draws.csv and rule_choice_values.csv)
set.seed(632)
n <- 240; clusters <- 12; A <- 3; B <- 5; draws <- 40
severity <- rnorm(n)
d <- data.frame(a = rbinom(n, A, plogis(-0.8 + severity)), b = rbinom(n, B, plogis(-0.8 + severity)),
                event = rbinom(n, 1, plogis(-1.8 + severity)), station = sample(clusters, n, TRUE))
picks <- t(replicate(draws, tabulate(sample(clusters, clusters, TRUE), clusters)))
rules <- expand.grid(m = 1:B, k = 1:A)[, c("k", "m")]
flag <- function(rows, r, join) if (join == "any") rows$a >= rules$k[r] | rows$b >= rules$m[r] else
  rows$a >= rules$k[r] & rows$b >= rules$m[r]
worth <- function(tp, fp, fn, tn, kind) if (kind == "youden") tp / (tp + fn) + tn / (tn + fp) - 1 else
  (tp - fp * .2 / .8) / (tp + fp + fn + tn)
counts <- function(rows, f) c(sum(f & rows$event == 1), sum(f & rows$event == 0),
                              sum(!f & rows$event == 1), sum(!f & rows$event == 0))
value <- function(x, kind) worth(x[1], x[2], x[3], x[4], kind)
all_values <- function(rows, join, kind) sapply(seq_len(nrow(rules)), function(r) value(counts(rows, flag(rows, r, join)), kind))
out <- NULL
for (join in c("any", "all")) for (kind in c("youden", "net_benefit")) {
  seen <- all_values(d, join, kind)
  best <- which(seen >= max(seen) - 1e-12)
  won <- numeric(nrow(rules)); optimism <- 0
  left <- matrix(0, clusters, 4); times <- numeric(clusters)
  for (i in seq_len(draws)) {
    sampled <- d[unlist(lapply(seq_len(clusters), function(c) rep(which(d$station == c), picks[i, c]))), ]
    v <- all_values(sampled, join, kind)
    chosen <- which(v >= max(v) - 1e-12)
    won[chosen] <- won[chosen] + 1 / length(chosen) / draws
    here <- rowMeans(sapply(chosen, function(r) counts(sampled, flag(sampled, r, join))))
    there <- rowMeans(sapply(chosen, function(r) counts(d, flag(d, r, join))))
    optimism <- optimism + (value(here, kind) - value(there, kind)) / draws
    for (c in which(picks[i, ] == 0)) {
      rows <- d[d$station == c, ]
      left[c, ] <- left[c, ] + rowMeans(sapply(chosen, function(r) counts(rows, flag(rows, r, join))))
      times[c] <- times[c] + 1
    }
  }
  outside <- value(colSums(left / times), kind)
  own <- rowMeans(sapply(best, function(r) counts(d, flag(d, r, join))))
  f <- (own[1] + own[2]) / n; e <- mean(d$event)
  chance <- value(n * c(f * e, f * (1 - e), (1 - f) * e, (1 - f) * (1 - e)), kind)
  err <- -max(seen); err1 <- min(-outside, -chance)
  R <- if (err1 > err && -chance > err) (err1 - err) / (-chance - err) else 0
  w <- .632 / (1 - .368 * R)
  out <- rbind(out, data.frame(join = join, kind = kind,
    what = c("apparent", "corrected", "out_of_bag", "plus_632", paste0("share_", seq_along(won))),
    value = c(max(seen), max(seen) - optimism, outside, -((1 - w) * err + w * err1), won)))
}
write.csv(d, "rule_choice_cases.csv", row.names = FALSE, quote = FALSE)
write.table(picks, "rule_choice_draws.csv", row.names = FALSE, col.names = FALSE, sep = ",")
write.csv(out, "rule_choice_values.csv", row.names = FALSE, quote = FALSE)
