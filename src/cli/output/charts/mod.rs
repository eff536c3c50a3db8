//! Charts: bars and sparklines for the terminal, SVG pictures for everything else.

pub(crate) mod bars;
pub(crate) mod sparks;
pub(crate) mod svg;
