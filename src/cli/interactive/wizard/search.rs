//! Searches: customers by a part of what is known of them, and the items of a list by what is typed.

use std::fmt;

use dialoguer::console::truncate_str;
use dialoguer::theme::Theme;
use ssgctl::store::{ArchiveFilter, CustomerFilter, CustomerSort, Page};
use unicode_width::UnicodeWidthStr;

use crate::context::Context;
use crate::exit::Result;

/// Maximum number of customers to list.
const MAX_CUSTOMERS: u64 = 50;
/// What is said if no item of a list matches what is typed.
const NO_MATCH: &str = "no match; ? explains";
/// The input that explains a list.
const EXPLAIN: &str = "?";

/// Account code and organisation of the active customers that match a text.
pub(super) fn customers(context: &mut Context, text: &str) -> Result<Vec<(String, String)>> {
    let page = Page { sort: CustomerSort::AccountCode, descending: false, limit: Some(MAX_CUSTOMERS) };
    let filter =
        CustomerFilter { search: Some(text.to_owned()), page, archive_filter: ArchiveFilter::Active, country: None };
    context.read(|snapshot| {
        let mut found = Vec::new();
        snapshot.customers(&filter, |customer| {
            found.push((customer.account_code.to_string(), customer.details.organisation.to_string()));
            Ok::<_, ssgctl::Error>(())
        })?;
        Ok(found)
    })
}

/// Draws a list that is searched by typing. The library shows nothing at all if nothing matches.
pub(super) struct SearchTheme<'a> {
    items: &'a [String],
    explanation: &'a str,
    /// The width of the terminal, in which the line must fit: the list counts lines when it clears itself.
    width: usize,
}

impl<'a> SearchTheme<'a> {
    pub(super) fn new(items: &'a [String], explanation: &'a str, width: usize) -> Self {
        Self { items, explanation, width }
    }

    /// What to say next to what is typed.
    fn remark(&self, typed: &str) -> &'a str {
        if typed.trim() == EXPLAIN {
            self.explanation
        } else if self.items.iter().any(|item| matches(item, typed)) {
            ""
        } else {
            NO_MATCH
        }
    }
}

/// Whether an item has the characters that are typed, in their order and ignoring case, as the library matches.
fn matches(item: &str, typed: &str) -> bool {
    let mut characters = item.chars().flat_map(char::to_lowercase);
    let mut typed = typed.chars().filter(|typed| !typed.is_whitespace()).flat_map(char::to_lowercase);
    typed.all(|typed| characters.any(|character| character == typed))
}

impl Theme for SearchTheme<'_> {
    fn format_fuzzy_select_prompt(
        &self,
        f: &mut dyn fmt::Write,
        prompt: &str,
        search_term: &str,
        bytes_pos: usize,
    ) -> fmt::Result {
        let (before, after) = search_term.split_at(bytes_pos);
        let line = format!("{prompt} {before}|{after}");
        let room = self.width.saturating_sub(line.width() + 3);
        match self.remark(search_term) {
            "" => f.write_str(&line),
            remark => write!(f, "{line}  {}", truncate_str(remark, room, "…")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_that_nothing_matches_and_explains_itself() {
        let items = ["GB  United Kingdom".to_owned(), "<  go back".to_owned()];
        let shown = |typed: &str, width| {
            let mut line = String::new();
            let theme = SearchTheme::new(&items, "Country, by ISO 3166-1", width);
            theme.format_fuzzy_select_prompt(&mut line, "Country:", typed, typed.len()).expect("written");
            line
        };
        assert_eq!(shown("", 80), "Country: |");
        assert_eq!(shown("united kin", 80), "Country: united kin|");
        assert_eq!(shown("gbk", 80), "Country: gbk|");
        assert_eq!(shown("xyz", 80), "Country: xyz|  no match; ? explains");
        assert_eq!(shown("?", 80), "Country: ?|  Country, by ISO 3166-1");
        assert_eq!(shown("?", 25), "Country: ?|  Country, b…");
    }
}
