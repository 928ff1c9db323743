//! Logistic regression with a ridge: the plane that tells two kinds of points apart, with weights kept small, since a label
//! is taught from few.

use super::point::Point;
use super::space::dot;

/// A point to learn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample<'point> {
    pub(super) point: &'point Point,
    pub(super) is_inside: bool,
    /// How much it counts.
    pub(super) weight: f64,
}

/// A weighted sum and what is added to it. Positive: more likely inside than not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    pub(super) weights: Vec<f32>,
    pub(super) bias: f64,
}

/// Steps of Newton's method, and of conjugate gradients within each. Both end earlier as a rule.
const STEPS: usize = 20;
const INNER_STEPS: usize = 30;
/// A gradient this small is none.
const TOLERANCE: f64 = 1e-5;

impl Plane {
    /// The log odds of a point.
    pub(super) fn log_odds(&self, point: &Point) -> f64 {
        point.sum(&self.weights) + self.bias
    }

    /// The plane with the least loss: the weighted mean of the samples' logistic losses and `ridge` times half the square of
    /// the weights. Starts from `self`, which changes how long it takes and not where it ends.
    pub(super) fn fitted(mut self, samples: &[Sample<'_>], ridge: f64) -> Self {
        for _ in 0..STEPS {
            let odds: Vec<f64> = samples.iter().map(|sample| self.log_odds(sample.point)).collect();
            let slopes: Vec<f64> = samples
                .iter()
                .zip(&odds)
                .map(|(sample, &odds)| {
                    sample.weight * (logistic(odds) - f64::from(u8::from(sample.is_inside)))
                })
                .collect();
            let gradient = self.gradient(samples, &slopes, ridge);
            if gradient.square().sqrt() < TOLERANCE {
                break;
            }
            let curvatures: Vec<f64> = samples
                .iter()
                .zip(&odds)
                .map(|(sample, &odds)| sample.weight * logistic(odds) * logistic(-odds))
                .collect();
            let step = solve(samples, &curvatures, ridge, &gradient);
            self = self.after(&step, &gradient, samples, ridge);
        }
        self
    }

    fn gradient(&self, samples: &[Sample<'_>], slopes: &[f64], ridge: f64) -> Direction {
        let mut gradient = combination(samples, slopes, self.weights.len());
        for (sum, &weight) in gradient.weights.iter_mut().zip(&self.weights) {
            *sum += ridge * f64::from(weight);
        }
        gradient
    }

    fn loss(&self, samples: &[Sample<'_>], ridge: f64) -> f64 {
        let loss = |sample: &Sample<'_>| {
            let odds = self.log_odds(sample.point);
            sample.weight * softplus(if sample.is_inside { -odds } else { odds })
        };
        samples.iter().map(loss).sum::<f64>() + ridge / 2.0 * dot(&self.weights, &self.weights)
    }

    /// Goes a step against the gradient, or as much of it as lessens the loss.
    fn after(&self, step: &Direction, gradient: &Direction, samples: &[Sample<'_>], ridge: f64) -> Self {
        let before = self.loss(samples, ridge);
        let descent = step.product(gradient);
        let mut share = 1.0;
        loop {
            let moved = self.moved(step, share);
            if moved.loss(samples, ridge) <= before - 1e-4 * share * descent || share < 1e-3 {
                return moved;
            }
            share /= 2.0;
        }
    }

    fn moved(&self, step: &Direction, share: f64) -> Self {
        let weights = self.weights.iter().zip(&step.weights);
        let weights = weights.map(|(&weight, by)| (f64::from(weight) - share * by) as f32).collect();
        Self { weights, bias: self.bias - share * step.bias }
    }
}

/// A change of a plane.
#[derive(Debug, Clone)]
struct Direction {
    weights: Vec<f64>,
    bias: f64,
}

impl Direction {
    fn product(&self, other: &Self) -> f64 {
        let weights = self.weights.iter().zip(&other.weights);
        weights.map(|(left, right)| left * right).sum::<f64>() + self.bias * other.bias
    }

    fn square(&self) -> f64 {
        self.product(self)
    }

    fn add(&mut self, other: &Self, share: f64) {
        for (sum, number) in self.weights.iter_mut().zip(&other.weights) {
            *sum += share * number;
        }
        self.bias += share * other.bias;
    }
}

/// The sum of the points, each times its factor.
fn combination(samples: &[Sample<'_>], factors: &[f64], width: usize) -> Direction {
    let mut sum = vec![0.0_f32; width];
    for (sample, &factor) in samples.iter().zip(factors) {
        sample.point.add_to(&mut sum, factor as f32);
    }
    Direction { weights: sum.into_iter().map(f64::from).collect(), bias: factors.iter().sum() }
}

/// Newton's step: the solution of (curvature) x = gradient, by conjugate gradients.
fn solve(samples: &[Sample<'_>], curvatures: &[f64], ridge: f64, gradient: &Direction) -> Direction {
    let width = gradient.weights.len();
    let curved = |direction: &Direction| {
        let weights: Vec<f32> = direction.weights.iter().map(|&weight| weight as f32).collect();
        let factors: Vec<f64> = samples
            .iter()
            .zip(curvatures)
            .map(|(sample, curvature)| curvature * (sample.point.sum(&weights) + direction.bias))
            .collect();
        let mut product = combination(samples, &factors, width);
        product.add(direction, ridge);
        product
    };
    let mut solution = Direction { weights: vec![0.0; width], bias: 0.0 };
    let mut rest = gradient.clone();
    let mut search = gradient.clone();
    let mut square = rest.square();
    let enough = square * 1e-4;
    for _ in 0..INNER_STEPS {
        let product = curved(&search);
        let curvature = search.product(&product);
        if curvature <= 0.0 {
            break;
        }
        let share = square / curvature;
        solution.add(&search, share);
        rest.add(&product, -share);
        let next = rest.square();
        if next <= enough {
            break;
        }
        let mut turned = rest.clone();
        turned.add(&search, next / square);
        search = turned;
        square = next;
    }
    solution
}

/// The probability of log odds.
pub(super) fn logistic(odds: f64) -> f64 {
    if odds >= 0.0 {
        1.0 / (1.0 + (-odds).exp())
    } else {
        let share = odds.exp();
        share / (1.0 + share)
    }
}

/// log(1 + exp(x)), for any x.
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teach::words::LineWords;

    fn fit_from(start: Plane, ridge: f64) -> Plane {
        let points =
            POINTS.map(|(point, is_inside)| (Point::of(point.to_vec(), &LineWords::default()), is_inside));
        let weight = 1.0 / POINTS.len() as f64;
        let samples =
            points.each_ref().map(|(point, is_inside)| Sample { point, is_inside: *is_inside, weight });
        start.fitted(&samples, ridge)
    }

    fn fit(ridge: f64) -> Plane {
        fit_from(Plane { weights: vec![0.0; 2], bias: 0.0 }, ridge)
    }

    const POINTS: [([f32; 2], bool); 6] = [
        ([2.0, 0.3], true),
        ([1.5, -0.2], true),
        ([3.0, 0.1], true),
        ([-2.0, 0.2], false),
        ([-1.0, -0.3], false),
        ([-2.5, 0.0], false),
    ];

    #[test]
    fn it_ends_where_the_gradient_is_none() {
        let ridge = 0.1;
        let plane = fit(ridge);
        // Written out for this case, by the definition of the loss.
        let mut gradient = [ridge * f64::from(plane.weights[0]), ridge * f64::from(plane.weights[1]), 0.0];
        for (point, is_inside) in POINTS {
            let odds = f64::from(plane.weights[0] * point[0] + plane.weights[1] * point[1]) + plane.bias;
            let slope = (1.0 / (1.0 + (-odds).exp()) - if is_inside { 1.0 } else { 0.0 }) / 6.0;
            gradient[0] += slope * f64::from(point[0]);
            gradient[1] += slope * f64::from(point[1]);
            gradient[2] += slope;
        }
        assert!(gradient.iter().all(|part| part.abs() < 1e-4), "{gradient:?}");
        assert!(
            plane.weights[0] > 4.0 * plane.weights[1].abs(),
            "the first number tells them apart: {plane:?}"
        );
    }

    #[test]
    fn a_strong_ridge_keeps_the_weights_small() {
        let norm = |plane: Plane| dot(&plane.weights, &plane.weights).sqrt();
        assert!(norm(fit(10.0)) < norm(fit(0.01)) / 10.0);
    }

    #[test]
    fn where_it_starts_does_not_matter() {
        let far = fit_from(Plane { weights: vec![-30.0, 40.0], bias: 9.0 }, 0.1);
        let near = fit(0.1);
        assert!((far.weights[0] - near.weights[0]).abs() < 1e-2 && (far.bias - near.bias).abs() < 1e-2);
    }

    #[test]
    fn odds_of_any_size_have_a_probability() {
        assert_eq!((logistic(-1e4), logistic(1e4), logistic(0.0)), (0.0, 1.0, 0.5));
        assert!((logistic(2.0) - 0.880_797).abs() < 1e-6);
        assert!((softplus(1e4) - 1e4).abs() < 1e-9 && softplus(-1e4) == 0.0);
    }
}
