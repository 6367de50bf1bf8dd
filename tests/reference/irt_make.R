# Two-parameter logistic model by direct maximisation of the marginal likelihood (integrating over each pattern by Gauss-Hermite
# nodes computed here), on the LSAT section 6 (Bock and Lieberman 1970), as shipped with psych.
# Usage: Rscript irt_make.R (writes irt_cases.csv and irt_values.csv)
library(psych)
x <- as.matrix(lsat6)
m <- 81  # Golub and Welsch: nodes of the weight exp(-x^2 / 2)
J <- matrix(0, m, m); i <- seq_len(m - 1); J[cbind(i, i + 1)] <- sqrt(i); J[cbind(i + 1, i)] <- sqrt(i)
e <- eigen(J, symmetric = TRUE); z <- e$values; w <- e$vectors[1, ]^2
keys <- apply(x, 1, paste, collapse = ""); u <- x[!duplicated(keys), ]; n <- as.numeric(table(keys)[keys[!duplicated(keys)]])
nll <- function(par) {
  a <- par[1:5]; d <- par[6:10]
  L <- sapply(seq_along(z), function(k) { p <- plogis(a * z[k] + d); exp(u %*% log(p) + (1 - u) %*% log(1 - p)) })
  -sum(n * log(L %*% w))
}
fit <- optim(c(rep(1, 5), qlogis(colMeans(x))), nll, method = "BFGS", control = list(reltol = 1e-14, maxit = 2000))
fit <- optim(fit$par, nll, method = "BFGS", control = list(reltol = 1e-15, maxit = 2000))
a <- fit$par[1:5]; d <- fit$par[6:10]
L <- sapply(seq_along(z), function(k) { p <- plogis(a * z[k] + d); exp(u %*% log(p) + (1 - u) %*% log(1 - p)) })
post <- sweep(L, 2, w, "*"); eap <- (post %*% z) / rowSums(post)
write.csv(data.frame(u, n = n), "irt_cases.csv", row.names = FALSE, quote = FALSE)
write.csv(rbind(data.frame(what = paste0("slope", 1:5), value = a), data.frame(what = paste0("intercept", 1:5), value = d),
                data.frame(what = "log_likelihood", value = -fit$value),
                data.frame(what = paste0("eap", seq_along(eap)), value = eap)), "irt_values.csv", row.names = FALSE, quote = FALSE)
