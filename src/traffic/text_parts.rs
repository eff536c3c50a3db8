//! Counts the parts of a message by its text, for gateways that write a long message as one row without a number of parts.
//!
//! The rules are those of GSM 03.40: a part carries 140 octets, of which a header that joins the parts takes 6. In the
//! 7-bit alphabet 8 characters take 7 octets.

/// The octets of a part.
const OCTETS: usize = 140;

/// The octets of the entry that joins parts, without the length of the header.
const JOINING_ENTRY: usize = 5;

/// Characters of the 7-bit alphabet that take two places.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// The number of parts that Kannel makes of a message. `text` and `header` are percent-encoded; `coding` is 1 for 8-bit
/// data and 2 for UCS-2, otherwise the text is in UTF-8 and travels in the 7-bit alphabet.
pub(crate) fn parts_of(text: &str, coding: &str, header: &str) -> u16 {
    // However it is coded, so short a text fits.
    if text.len() <= OCTETS / 2 && header.is_empty() {
        return 1;
    }
    let (octets, header) = (decoded(text), decoded(header).len());
    let widths: Vec<usize> = match (coding, std::str::from_utf8(&octets)) {
        ("" | "0" | "-1", Ok(text)) => {
            text.chars().map(|character| if EXTENDED.contains(character) { 2 } else { 1 }).collect()
        }
        // Data, or text in another character set: a character is an octet.
        _ => vec![1; octets.len()],
    };
    let room = |header: usize| {
        let octets = OCTETS.saturating_sub(header);
        if matches!(coding, "1" | "2") { octets } else { octets * 8 / 7 }
    };
    if widths.iter().sum::<usize>() <= room(header) {
        return 1;
    }
    // A room of at least two, so that a damaged header does not make a part of each character.
    let room = room(header.max(1) + JOINING_ENTRY).max(2);
    let (mut parts, mut used) = (1_usize, 0);
    for width in widths {
        if used + width > room {
            parts += 1;
            used = 0;
        }
        used += width;
    }
    u16::try_from(parts).unwrap_or(u16::MAX)
}

/// The octets of a percent-encoded text, in which `+` is a blank.
fn decoded(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut octets = Vec::with_capacity(rest.len());
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        rest = if escaped.is_some() { &after[2..] } else { after };
        octets.push(escaped.unwrap_or(*first));
    }
    octets
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> u16 {
        parts_of(text, "0", "")
    }

    #[test]
    fn a_text_has_as_many_parts_as_the_network_carries() {
        assert_eq!([parts(""), parts(&"a".repeat(160)), parts(&"a".repeat(161))], [1, 1, 2]);
        assert_eq!([parts(&"a".repeat(306)), parts(&"a".repeat(307))], [2, 3]);
        // Two octets in UTF-8, one place in the alphabet.
        assert_eq!([parts(&"%C3%A9".repeat(160)), parts(&"%C3%A9".repeat(161))], [1, 2]);
        assert_eq!([parts(&"+".repeat(160)), parts(&"%5B".repeat(80)), parts(&"[".repeat(81))], [1, 1, 2]);
        // The 153rd place cannot hold the first half of an extended character.
        let at_the_seam = format!("{}[{}", "a".repeat(152), "a".repeat(152));
        assert_eq!(parts(&at_the_seam), 3);
        assert_eq!(parts(&format!("100% {}", "a".repeat(155))), 1);
    }

    #[test]
    fn octets_and_headers_take_their_room() {
        let cyrillic = |count: usize| "%04%16".repeat(count);
        assert_eq!([70, 71, 134, 135].map(|count| parts_of(&cyrillic(count), "2", "")), [1, 2, 2, 3]);
        assert_eq!([140, 141, 268, 269].map(|count| parts_of(&"x".repeat(count), "1", "")), [1, 2, 2, 3]);
        let header = "%05%00%03%07%02%01";
        assert_eq!([153, 154].map(|count| parts_of(&"a".repeat(count), "", header)), [1, 2]);
        assert_eq!(parts_of("aaa", "", &"%00".repeat(200)), 2);
        // Not UTF-8, not percent-encoded: an octet is a character.
        assert_eq!(parts_of(&"%E9".repeat(161), "0", ""), 2);
    }
}
