//! Lengths on paper: whole thousandths of a point, of which an inch has 72. The layout has no floating-point arithmetic, so it is the
//! same on every machine.

/// A length in thousandths of a point.
pub(super) type Length = i32;

/// A length in points.
pub(super) const fn pt(points: i32) -> Length {
    points * 1000
}

/// A length in millimetres, rounded down.
pub(super) const fn mm(millimetres: i32) -> Length {
    millimetres * 72_000 * 10 / 254
}

/// The form in which a PDF takes lengths, and other numbers that are kept as thousandths.
#[expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "the only place where a length leaves the layout"
)]
pub(super) fn thousandths(length: i32) -> f32 {
    length as f32 / 1000.0
}
