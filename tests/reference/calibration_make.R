# Calibration of the risks in decision_cases.csv: Rscript calibration_make.R (R 4.2, rms, lme4)
suppressMessages({library(rms); library(lme4)})
cases <- read.csv("decision_cases.csv")
cases$lp <- qlogis(cases$risk)
probs <- function(k) if (k == 4) c(.05, .35, .65, .95) else c(.1, .5, .9)
knots <- quantile(cases$lp, probs(if (sum(cases$event) >= 100) 4 else 3))

figures <- function(d) {
  level <- glm(event ~ offset(lp), binomial, d)
  slope <- glm(event ~ lp, binomial, d)
  bent <- glm(event ~ rcspline.eval(lp, knots, inclx = TRUE), binomial, d, control = glm.control(epsilon = 1e-12))
  gap <- abs(fitted(bent) - d$risk)
  cells <- aggregate(cbind(event, 1) ~ risk, d, sum)
  names(cells) <- c("risk", "events", "rows")
  iso <- function(y, w) { # pool adjacent violators with weights
    v <- y; m <- w; size <- rep(1, length(y)); i <- 1
    while (i < length(v)) {
      if (v[i] > v[i + 1]) {
        v[i] <- (m[i] * v[i] + m[i + 1] * v[i + 1]) / (m[i] + m[i + 1]); m[i] <- m[i] + m[i + 1]
        size[i] <- size[i] + size[i + 1]; v <- v[-(i + 1)]; m <- m[-(i + 1)]; size <- size[-(i + 1)]
        if (i > 1) i <- i - 1
      } else i <- i + 1
    }
    rep(v, size)
  }
  better <- iso(cells$events / cells$rows, cells$rows)[match(d$risk, cells$risk)]
  brier <- mean((d$risk - d$event)^2); mended <- mean((better - d$event)^2)
  flat <- mean(d$event) * (1 - mean(d$event))
  c(calibration_intercept = unname(coef(level)), calibration_slope = unname(coef(slope)[2]),
    o_e = sum(d$event) / sum(d$risk), ici = mean(gap), e50 = unname(quantile(gap, .5)), e90 = unname(quantile(gap, .9)),
    brier = brier, scaled_brier = 1 - brier / flat, miscalibration = brier - mended,
    discrimination = flat - mended, uncertainty = flat)
}

whole <- figures(cases)
stations <- sort(unique(cases$station))
without <- sapply(stations, function(s) figures(cases[cases$station != s, ]))
logs <- c("o_e", "ici", "e50", "e90", "brier")
scale <- function(x) { x[logs] <- log(x[logs]); x }
k <- length(stations)
error <- sqrt((k - 1) / k * rowSums((apply(without, 2, scale) - scale(whole))^2))
out <- rbind(data.frame(term = names(whole), what = "estimate", value = whole),
             data.frame(term = names(error), what = "std_error", value = error))
add <- function(term, what, value) out <<- rbind(out, data.frame(term = term, what = what, value = value))

# the packages that are usually used
v <- val.prob(cases$risk, cases$event, pl = FALSE)
add("brier", "val.prob", v["Brier"]); add("calibration_slope", "val.prob", v["Slope"])
level <- glm(event ~ offset(lp), binomial, cases); slope <- glm(event ~ lp, binomial, cases)
add("calibration_intercept", "wald_low", coef(level) - qnorm(.975) * sqrt(vcov(level)[1]))
add("calibration_slope", "wald_high", coef(slope)[2] + qnorm(.975) * sqrt(vcov(slope)[2, 2]))
dd <- datadist(cases); options(datadist = "dd")
bent <- lrm(event ~ rcs(lp, knots), cases, tol = 1e-14, eps = 1e-10)
for (r in c(.05, .1, .2, .4)) add("curve", as.character(r), predict(bent, data.frame(lp = qlogis(r))))
mixed <- glmer(event ~ 1 + (1 | station) + offset(lp), cases, binomial, nAGQ = 9)
add("between_clusters_sd", "estimate", sqrt(VarCorr(mixed)$station[1]))
add("intercept_new_cluster", "estimate", fixef(mixed))
limits <- suppressMessages(confint(mixed, "theta_", quiet = TRUE))
add("between_clusters_sd", "low", limits[1]); add("between_clusters_sd", "high", limits[2])
out$value <- round(out$value, 10)
write.csv(out, "calibration_values.csv", row.names = FALSE)
