//! Draws charts: bars and sparklines in a terminal, SVG for everything else.

pub(crate) mod bars;
pub(crate) mod sparks;
pub(crate) mod svg;
