# Reference values for agreement of two raters. Run in this folder: Rscript agreement_make.R
# R 4.2.2; psych 2.2.9, vcd 1.4.11, epiR 2.0.57. AC1 is not in a package here: the published formula, step by step.
suppressPackageStartupMessages({library(psych); library(vcd); library(epiR)})

tables <- read.csv("agreement_tables.csv", stringsAsFactors = FALSE)
rows <- list()
keep <- function(name, quantity, value, se, by) {
  rows[[length(rows) + 1]] <<- data.frame(name, quantity, value = signif(value, 15), se = signif(se, 15), by)
}

# Gwet (2008), Br J Math Stat Psychol 61, 29: AC1 and its variance with raters fixed, cell by cell.
ac1 <- function(x) {
  n <- sum(x); q <- nrow(x); p <- x / n
  m <- (rowSums(p) + colSums(p)) / 2
  pa <- sum(diag(p)); pe <- sum(m * (1 - m)) / (q - 1); g <- (pa - pe) / (1 - pe)
  first <- pa * (1 - pa)
  second <- 0
  for (k in 1:q) second <- second + p[k, k] * (1 - m[k])
  second <- second / (q - 1) - pa * pe
  third <- 0
  for (k in 1:q) for (l in 1:q) third <- third + p[k, l] * (1 - (m[k] + m[l]) / 2)^2
  third <- third / (q - 1)^2 - pe^2
  v <- (first - 4 * (1 - g) * second + 4 * (1 - g)^2 * third) / (n * (1 - pe)^2)
  c(value = g, se = sqrt(v))
}

# Standard errors by the delta method with numeric derivatives; cells in the order both, first only, second only, neither.
# (epiR's own errors of these indices are for other sampling schemes and are not used.)
plain <- list(
  positive_agreement = function(n) 2 * n[1] / (2 * n[1] + n[2] + n[3]),
  negative_agreement = function(n) 2 * n[4] / (2 * n[4] + n[2] + n[3]),
  prevalence_index = function(n) (n[1] - n[4]) / sum(n),
  bias_index = function(n) (n[2] - n[3]) / sum(n),
  percent_agreement = function(n) (n[1] + n[4]) / sum(n),
  pabak = function(n) 2 * (n[1] + n[4]) / sum(n) - 1
)
delta <- function(f, cells) {
  n <- sum(cells); p <- cells / n; h <- 1e-6
  g <- sapply(1:4, function(j) { d <- replace(numeric(4), j, h); (f(p + d) - f(p - d)) / (2 * h) })
  sqrt(max(0, sum(p * g^2) - sum(p * g)^2) / n)
}

for (i in seq_len(nrow(tables))) {
  name <- tables$name[i]; k <- tables$k[i]
  x <- matrix(as.numeric(strsplit(tables$cells[i], " ")[[1]]), k, byrow = TRUE)
  a <- ac1(x)
  keep(name, "ac1", a["value"], a["se"], "formula")
  v <- Kappa(as.table(x))
  keep(name, "kappa", v$Unweighted["value"], v$Unweighted["ASE"], "vcd")
  r <- suppressWarnings(cohen.kappa(x))
  keep(name, "kappa", r$kappa, sqrt(r$var.kappa), "psych")
  if (k > 2) {
    keep(name, "kappa_linear", v$Weighted["value"], v$Weighted["ASE"], "vcd")
    w <- Kappa(as.table(x), weights = "Fleiss-Cohen")
    keep(name, "kappa_quadratic", w$Weighted["value"], w$Weighted["ASE"], "vcd")
    keep(name, "kappa_quadratic", r$weighted.kappa, NA, "psych")
  } else {
    e <- epi.kappa(x, method = "fleiss")
    keep(name, "kappa", e$kappa$est, NA, "epiR")
    keep(name, "prevalence_index", e$pindex$est, NA, "epiR")
    keep(name, "bias_index", e$bindex$est, NA, "epiR")
    keep(name, "pabak", e$pabak$est, NA, "epiR")
    cells <- c(t(x))
    for (q in names(plain)) keep(name, q, plain[[q]](cells), delta(plain[[q]], cells), "numeric delta")
  }
}

# Leave one cluster out, with psych's kappa and the AC1 above: 12 clusters, one 2x2 table each.
clusters <- as.matrix(read.csv("agreement_clusters.csv")[, c("a", "b", "c", "d")])
square <- function(cells) matrix(cells, 2, byrow = TRUE)
stat <- function(cells) c(kappa = suppressWarnings(cohen.kappa(square(cells))$kappa), ac1 = unname(ac1(square(cells))["value"]))
full <- stat(colSums(clusters)); n <- nrow(clusters)
left <- t(sapply(seq_len(n), function(k) stat(colSums(clusters[-k, , drop = FALSE]))))
for (q in c("kappa", "ac1")) keep("jackknife", q, full[q], sqrt((n - 1) / n * sum((left[, q] - full[q])^2)), "loop")

write.csv(do.call(rbind, rows), "agreement_values.csv", row.names = FALSE, na = "")
