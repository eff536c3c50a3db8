//! Reads the text of our own PDFs as a viewer copies it: by the fonts' tables of characters, and the texts that stand for glyphs.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

/// An object: its dictionary as text, and its stream.
struct Object {
    dictionary: String,
    stream: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(Vec<u8>),
    Name(String),
    Word(String),
}

/// The drawn texts of each page, in the order in which they were drawn.
pub fn pages(pdf: &[u8]) -> Vec<Vec<String>> {
    let objects = objects(pdf);
    let resources = objects.values().find(|object| object.dictionary.contains("/Font")).expect("resources");
    let fonts: BTreeMap<String, BTreeMap<u16, String>> = (0..9)
        .filter_map(|face| {
            let font = &objects[&number_after(&resources.dictionary, &format!("/F{face} "))?];
            let table = &objects[&number_after(&font.dictionary, "/ToUnicode ").expect("a table of characters")];
            Some((format!("F{face}"), characters(&table.stream)))
        })
        .collect();
    let pages = objects.values().filter_map(|object| number_after(&object.dictionary, "/Contents "));
    pages.map(|content| texts(&objects[&content].stream, &fonts)).collect()
}

/// The objects by their numbers.
fn objects(pdf: &[u8]) -> BTreeMap<u32, Object> {
    let mut objects = BTreeMap::new();
    let mut rest = &pdf[find(pdf, b"1 0 obj").expect("an object")..];
    while let Some(begin) = find(rest, b" 0 obj") {
        let number = String::from_utf8_lossy(&rest[..begin]).trim().parse().expect("a number");
        let body = &rest[begin + 6..];
        let end = find(body, b"endobj").expect("an end");
        let mut object = match find(&body[..end], b"stream\n") {
            None => Object { dictionary: String::from_utf8_lossy(&body[..end]).into_owned(), stream: Vec::new() },
            Some(at) => {
                let dictionary = String::from_utf8_lossy(&body[..at]).into_owned();
                let length = number_after(&dictionary, "/Length ").expect("a length");
                let begin = at + b"stream\n".len();
                Object { dictionary, stream: body[begin..begin + length as usize].to_vec() }
            }
        };
        let length = object.stream.len();
        let skipped = find(&body[length..], b"endobj").expect("an end") + length + 6;
        if object.dictionary.contains("/FlateDecode") {
            let mut inflated = Vec::new();
            ZlibDecoder::new(object.stream.as_slice()).read_to_end(&mut inflated).expect("a compressed stream");
            object.stream = inflated;
        }
        objects.insert(number, object);
        rest = &body[skipped..];
        if find(rest, b"xref").is_some_and(|xref| find(rest, b" 0 obj").is_none_or(|next| xref < next)) {
            break;
        }
    }
    objects
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

fn number_after(dictionary: &str, key: &str) -> Option<u32> {
    let (_, rest) = dictionary.split_once(key)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What each glyph says, from a `ToUnicode` table.
fn characters(table: &[u8]) -> BTreeMap<u16, String> {
    let mut characters = BTreeMap::new();
    let mut texts = Vec::new();
    let mut is_inside = false;
    for token in tokens(table) {
        match token {
            Token::Word(word) if word == "beginbfchar" => is_inside = true,
            Token::Word(word) if word == "endbfchar" => is_inside = false,
            Token::Text(text) if is_inside => texts.push(text),
            _ => {}
        }
    }
    for pair in texts.chunks_exact(2) {
        characters.insert(u16::from_be_bytes([pair[0][0], pair[0][1]]), utf16(&pair[1]));
    }
    characters
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).expect("UTF-16")
}

fn texts(content: &[u8], fonts: &BTreeMap<String, BTreeMap<u16, String>>) -> Vec<String> {
    let (mut texts, mut text, mut font, mut actual) = (Vec::new(), String::new(), String::new(), None);
    let mut operands: Vec<Token> = Vec::new();
    for token in tokens(content) {
        let Token::Word(word) = &token else {
            operands.push(token);
            continue;
        };
        match word.as_str() {
            "Tf" => {
                if let Some(Token::Name(name)) = operands.first() {
                    font.clone_from(name);
                }
            }
            "BDC" => {
                if let Some(Token::Text(bytes)) = operands.last() {
                    let written = bytes.strip_prefix(b"\xfe\xff").map(utf16);
                    actual = Some(written.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned()));
                }
            }
            "EMC" => text.push_str(&actual.take().unwrap_or_default()),
            "Tj" if actual.is_none() => {
                if let Some(Token::Text(bytes)) = operands.last() {
                    let glyphs = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                    text.extend(glyphs.map(|glyph| fonts[&font][&glyph].as_str()));
                }
            }
            "ET" => texts.push(std::mem::take(&mut text)),
            _ => {}
        }
        if !word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '<' || c == '>') {
            operands.clear();
        }
    }
    texts
}

fn tokens(content: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let is_delimiter = |byte: u8| byte.is_ascii_whitespace() || b"()<>[]/".contains(&byte);
    while at < content.len() {
        let begin = at;
        at += 1;
        match content[begin] {
            byte if byte.is_ascii_whitespace() => {}
            b'(' => {
                let (text, end) = literal(content, at);
                tokens.push(Token::Text(text));
                at = end;
            }
            b'<' if content.get(at) != Some(&b'<') => {
                let end = at + find(&content[at..], b">").expect("an end");
                let digits = String::from_utf8_lossy(&content[at..end]).into_owned();
                let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
                tokens.push(Token::Text((0..digits.len() / 2).map(|index| byte(index * 2)).collect()));
                at = end + 1;
            }
            b'<' | b'>' | b'[' | b']' => {
                at += usize::from(content.get(at) == Some(&content[begin]));
            }
            first => {
                while at < content.len() && !is_delimiter(content[at]) {
                    at += 1;
                }
                let word = String::from_utf8_lossy(&content[begin..at]).into_owned();
                tokens.push(if first == b'/' { Token::Name(word[1..].to_owned()) } else { Token::Word(word) });
            }
        }
    }
    tokens
}

/// A text in parentheses, and where it ends.
fn literal(content: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let (mut text, mut depth) = (Vec::new(), 1);
    loop {
        let byte = content[at];
        at += 1;
        match byte {
            b'\\' => {
                let escaped = content[at];
                at += 1;
                text.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    b'0'..=b'7' => {
                        let digits = String::from_utf8_lossy(&content[at - 1..at + 2]).into_owned();
                        at += 2;
                        u8::from_str_radix(&digits, 8).expect("octal")
                    }
                    other => other,
                });
                continue;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (text, at);
        }
        text.push(byte);
    }
}
