//! Plane geometry: similarity and affine maps between the pictures of one page.

/// A point or vector, `[x, y]`.
pub(super) type Point = [f32; 2];

/// An affine map `p ↦ M p + t`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    m: [[f32; 2]; 2],
    t: Point,
}

impl Affine {
    /// Turns by `angle_deg` clockwise as seen on the screen (y downwards), carrying `from` to `to`.
    pub(super) fn rotation(angle_deg: f32, from: Point, to: Point) -> Self {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        let m = [[cos, -sin], [sin, cos]];
        let t = [
            to[0] - (m[0][0] * from[0] + m[0][1] * from[1]),
            to[1] - (m[1][0] * from[0] + m[1][1] * from[1]),
        ];
        Self { m, t }
    }

    /// Scales both axes alike, pixel centres staying pixel centres: pixel 0.5 goes to `0.5 · factor`.
    pub(super) fn pixel_scale(factor: f32) -> Self {
        let shift = 0.5 * factor - 0.5;
        Self { m: [[factor, 0.0], [0.0, factor]], t: [shift, shift] }
    }

    /// First `self`, then `next`.
    pub(super) fn then(&self, next: &Self) -> Self {
        let column = |j: usize| next.linear([self.m[0][j], self.m[1][j]]);
        let (a, b) = (column(0), column(1));
        Self { m: [[a[0], b[0]], [a[1], b[1]]], t: next.apply(self.t) }
    }

    pub(super) fn apply(&self, p: Point) -> Point {
        let v = self.linear(p);
        [v[0] + self.t[0], v[1] + self.t[1]]
    }

    /// Carries a direction (no shift).
    pub(super) fn linear(&self, p: Point) -> Point {
        [self.m[0][0] * p[0] + self.m[0][1] * p[1], self.m[1][0] * p[0] + self.m[1][1] * p[1]]
    }
}

/// One axis of an upright page: millimetres of the form to pixels, `px = scale · mm + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    /// Pixels per millimetre.
    pub(super) scale: f32,
    /// Pixel position of the form's zero.
    pub(super) shift: f32,
}

impl Axis {
    pub(super) fn px(&self, mm: f32) -> f32 {
        self.scale * mm + self.shift
    }
}

/// Rounds to a pixel index; what lies outside `0..len` is moved to the nearer end.
pub(super) fn index(value: f32, len: usize) -> usize {
    // A float-to-integer cast saturates, so negative values and NaN become 0.
    (value.round() as usize).min(len.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Point, b: Point) -> bool {
        (a[0] - b[0]).abs() < 1e-3 && (a[1] - b[1]).abs() < 1e-3
    }

    #[test]
    fn a_clockwise_turn_takes_right_to_down() {
        let turn = Affine::rotation(90.0, [10.0, 10.0], [20.0, 20.0]);
        assert!(near(turn.apply([11.0, 10.0]), [20.0, 21.0]));
    }

    #[test]
    fn composition_is_application_in_turn() {
        let a = Affine::rotation(12.0, [3.0, 4.0], [5.0, 1.0]);
        let b = Affine::pixel_scale(2.5);
        let p = [7.0, -2.0];
        assert!(near(a.then(&b).apply(p), b.apply(a.apply(p))));
    }

    #[test]
    fn indices_never_leave_the_picture() {
        assert_eq!(index(-7.0, 5), 0);
        assert_eq!(index(f32::NAN, 5), 0);
        assert_eq!(index(99.0, 5), 4);
    }
}
