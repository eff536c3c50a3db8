//! Whether a word may be a typing error for a name.

/// Whether a word may be a typing error for one of these names.
pub(super) fn is_almost_one_of<'a>(word: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| is_similar(name, word))
}

/// The name for which a word may be a typing error, if there is one.
pub(in crate::args) fn most_similar<'a>(names: &'a [String], word: &str) -> Option<&'a String> {
    let similar = names.iter().filter(|name| is_similar(name, word));
    similar.min_by_key(|name| strsim::osa_distance(name, word))
}

/// Whether one name may be a typing error for the other: a third of it may differ. The parser suggests names that are too different
/// to help.
fn is_similar(one: &str, other: &str) -> bool {
    strsim::osa_distance(one, other) * 3 <= one.chars().count().max(other.chars().count())
}
