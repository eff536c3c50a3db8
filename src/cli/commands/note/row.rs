//! The columns of notes.

use ssgctl::model::Note;

use crate::output::{Cell, Column, Row};

impl Row for Note {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |n| Cell::number(n.id)),
        Column::new("customer", |n| Cell::text(&n.customer)),
        Column::new("at", |n| Cell::Time(n.at)),
        Column::new("author", |n| Cell::text(&n.author)),
        Column::new("text", |n| Cell::text(&n.text)),
    ];
}
