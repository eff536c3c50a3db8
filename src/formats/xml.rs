//! Writes XML: elements in the order in which they are given, indented, with texts escaped.

/// A text as content of an element or an attribute. Characters that XML cannot contain become U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(character))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A document that is being written.
#[derive(Debug)]
pub struct XmlWriter {
    text: String,
    /// How many elements are open.
    depth: usize,
}

impl Default for XmlWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl XmlWriter {
    /// A document in UTF-8.
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 0 }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn open_tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
    }

    /// Writes an element whose content `inner` writes.
    pub fn nested(&mut self, name: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Self)) {
        self.open_tag(name, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// Writes an element that contains other elements only.
    pub fn element(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.nested(name, &[], inner);
    }

    /// Writes an element with a text.
    pub fn text(&mut self, name: &str, text: impl std::fmt::Display) {
        self.text_with(name, &[], text);
    }

    /// Writes an element with attributes and a text.
    pub fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], text: impl std::fmt::Display) {
        self.open_tag(name, attributes);
        self.text.push_str(&format!(">{}</{name}>\n", escaped(&text.to_string())));
    }

    /// Writes an element with a text, if there is one.
    pub fn maybe(&mut self, name: &str, text: Option<impl std::fmt::Display>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// The document.
    pub fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_nested_and_texts_escaped() {
        let mut xml = XmlWriter::new();
        xml.nested("a", &[("id", "1 & \"2\"")], |xml| {
            xml.text("b", "<Müller\n& Söhne>\u{1}");
            xml.maybe("c", None::<&str>);
        });
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a id=\"1 &amp; &quot;2&quot;\">\n  \
            <b>&lt;Müller&#10;&amp; Söhne&gt;\u{fffd}</b>\n</a>\n";
        assert_eq!(xml.finish(), expected);
    }
}
