//! Notes: remarks that are only ever added.

use ssgctl::ops::note;
use ssgctl::store::{ArchiveFilter, NoteFilter, NoteSort};

use crate::support::fixture::{Fixture, NOON, by, collect, valid};

fn every_note() -> NoteFilter {
    NoteFilter { customer_id: None, archive_filter: ArchiveFilter::All, search: None, page: by(NoteSort::Id) }
}

#[test]
fn a_note_bears_its_author_and_its_time() {
    let mut fixture = Fixture::with_acme();
    let added = fixture.write(|tx| note::add(tx, "acme", valid("called\nwill pay"))).unwrap();
    assert_eq!((added.author.as_str(), added.at), ("jo", valid(NOON)));
    assert_eq!((added.customer.as_str(), added.text.as_str()), ("ACME", "called\nwill pay"));
    assert_eq!(fixture.read(|now| collect(|each| now.notes(&every_note(), each))), [added]);
}

#[test]
fn a_note_of_four_thousand_characters_of_any_script_is_kept_whole() {
    let mut fixture = Fixture::with_acme();
    let text = "😀".repeat(4000);
    fixture.write(|tx| note::add(tx, "ACME", valid(&text))).unwrap();
    assert_eq!(fixture.read(|now| collect(|each| now.notes(&every_note(), each)))[0].text.as_str(), text);
}

#[test]
fn notes_keep_the_order_in_which_they_were_added_even_when_the_clock_goes_back() {
    let mut fixture = Fixture::with_acme();
    for (time, text) in [(NOON, "first"), ("2020-01-01T00:00:00Z", "second"), ("2040-01-01T00:00:00Z", "third")] {
        fixture.at(time).write(|tx| note::add(tx, "ACME", valid(text))).unwrap();
    }
    let texts = fixture.read(|now| collect(|each| now.notes(&every_note(), each)));
    assert_eq!(texts.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["first", "second", "third"]);
}
