# Reference values for tetrachoric correlations. Run in this folder: Rscript tetrachoric_make.R
# R 4.2.2; psych 2.2.9; polycor 0.8.1; mvtnorm 1.1.3. psych and polycor stop their searches about 2e-5 from the maximum;
# `root` solves the equation of the likelihood with mvtnorm to 1e-13. Writes tetrachoric_tables.csv (made-up counts: both, first only, second only,
# neither), tetrachoric_values.csv and tetrachoric_smooth.csv (an indefinite matrix, and what psych makes of it).
suppressPackageStartupMessages({library(psych); library(polycor); library(mvtnorm)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(146)

pair <- function(n, h, k, rho) {
  x <- rnorm(n); y <- rho * x + sqrt(1 - rho^2) * rnorm(n)
  c(sum(x < h & y < k), sum(x < h & y >= k), sum(x >= h & y < k), sum(x >= h & y >= k))
}
rows <- list()
for (n in c(80, 400, 3000)) for (rho in c(-0.6, 0, 0.35, 0.85)) for (cut in list(c(0, 0), c(-1.2, 0.4), c(-1.6, -1)))
  rows[[length(rows) + 1]] <- pair(n, cut[1], cut[2], rho)
tables <- as.data.frame(do.call(rbind, rows))
names(tables) <- c("both", "first_only", "second_only", "neither")
tables <- tables[apply(tables > 0, 1, all), ]
# two with half a row moved into an empty cell, margins kept
tables <- rbind(tables, c(0.5, 9.5, 14.5, 75.5), c(11.5, 0.5, 30.5, 57.5))
write.csv(tables, "tetrachoric_tables.csv", row.names = FALSE)

values <- do.call(rbind, lapply(seq_len(nrow(tables)), function(i) {
  m <- matrix(as.numeric(tables[i, ]), 2, 2, byrow = TRUE)
  p <- tetrachoric(m, correct = FALSE)$rho
  two <- polychor(m, ML = FALSE, std.err = TRUE)
  full <- polychor(m, ML = TRUE, std.err = TRUE)
  h <- qnorm(sum(m[1, ]) / sum(m)); k <- qnorm(sum(m[, 1]) / sum(m))
  gap <- function(r) pmvnorm(upper = c(h, k), corr = matrix(c(1, r, r, 1), 2))[1] - m[1, 1] / sum(m)
  root <- uniroot(gap, c(-0.999, 0.999), tol = 1e-13)$root
  data.frame(root = signif(root, 14), psych = signif(as.numeric(p), 12), polycor_two_step = signif(two$rho, 12),
             polycor_ml = signif(full$rho, 12), polycor_ml_se = signif(sqrt(full$var[1, 1]), 12),
             phi = signif(phi(m, digits = 12), 12))
}))
write.csv(values, "tetrachoric_values.csv", row.names = FALSE)

bad <- matrix(c(1, .9, -.3, .9, 1, .4, -.3, .4, 1), 3, 3)
bad <- rbind(cbind(bad, c(.2, .1, .5)), c(.2, .1, .5, 1))
smooth <- suppressWarnings(cor.smooth(bad))
write.csv(signif(cbind(bad, smooth), 14), "tetrachoric_smooth.csv", row.names = FALSE)
