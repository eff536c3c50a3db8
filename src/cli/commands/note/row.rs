//! The columns of notes.

use ssgctl::model::Note;

use crate::output::{Cell, Column, Row};

impl Row for Note {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |n: &Self| Cell::number(n.id)).id(),
        Column::new("customer", |n| Cell::text(&n.customer)),
        Column::new("at", |n| Cell::Time(n.at)),
        Column::new("author", |n: &Self| Cell::text(&n.author)).minor(),
        Column::new("text", |n: &Self| Cell::text(&n.text)).prose().essential(),
    ];
}
