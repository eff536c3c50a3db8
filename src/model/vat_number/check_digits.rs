//! The check digits of VAT numbers, country by country. Each function takes a number of one of the country's forms, without prefix;
//! for a shorter one it may say either.

/// The digits of a number; other characters are left out.
fn digits(number: &str) -> Vec<i64> {
    number.chars().filter_map(|character| character.to_digit(10)).map(i64::from).collect()
}

/// The sum of products of digits and weights, as far as both go.
fn weighted(digits: &[i64], weights: &[i64]) -> i64 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The number that digits spell.
fn value(digits: &[i64]) -> i64 {
    digits.iter().fold(0, |value, digit| value * 10 + digit)
}

fn last(digits: &[i64]) -> i64 {
    digits.last().copied().unwrap_or_default()
}

/// The sum of Luhn's rule: from the last digit, each second one counts double, by the sum of its digits.
fn luhn(digits: &[i64]) -> i64 {
    let counted = digits.iter().rev().enumerate().map(|(index, digit)| match index % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    });
    counted.sum::<i64>() % 10
}

/// ISO 7064, modulus 11,10.
fn is_mod_11_10(digits: &[i64]) -> bool {
    let mut check = 5;
    for digit in digits {
        check = ((if check == 0 { 10 } else { check }) * 2 % 11 + digit) % 10;
    }
    check == 1
}

pub(super) fn austria(number: &str) -> bool {
    let digits = digits(number);
    let Some((check, rest)) = digits.split_last() else { return false };
    (6 - luhn(rest)).rem_euclid(10) == *check
}

pub(super) fn belgium(number: &str) -> bool {
    let value = value(&digits(number));
    let has_lead = number.len() == 9 || number.starts_with(['0', '1']);
    has_lead && value > 0 && (value / 100 + value % 100) % 97 == 0
}

pub(super) fn bulgaria(number: &str) -> bool {
    let digits = digits(number);
    let check = last(&digits);
    if digits.len() == 9 {
        let first = weighted(&digits, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let second = weighted(&digits, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11;
        return check == (if first == 10 { second } else { first }) % 10;
    }
    // Citizens, foreigners and others have rules of their own.
    let citizen = weighted(&digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let foreigner = weighted(&digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
    let other = (11 - weighted(&digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    [citizen, foreigner, other].contains(&check)
}

pub(super) fn switzerland(number: &str) -> bool {
    let digits = digits(number);
    (11 - weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == last(&digits)
}

pub(super) fn cyprus(number: &str) -> bool {
    const ODD: [i64; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let counted = number.bytes().take(8).enumerate().map(|(index, byte)| {
        let digit = usize::from(byte.wrapping_sub(b'0'));
        if index % 2 == 0 { ODD.get(digit).copied() } else { i64::try_from(digit).ok() }
    });
    let sum = counted.map(Option::unwrap_or_default).sum::<i64>() % 26;
    number.bytes().last().is_some_and(|character| i64::from(character) == i64::from(b'A') + sum)
}

/// Companies have eight digits. Numbers of persons contain a date of birth and have several rules.
pub(super) fn czechia(number: &str) -> bool {
    let digits = digits(number);
    if digits.len() != 8 {
        return true;
    }
    let check = (11 - weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    digits[0] != 9 && (if check == 0 { 1 } else { check }) % 10 == last(&digits)
}

pub(super) fn germany(number: &str) -> bool {
    !number.starts_with('0') && is_mod_11_10(&digits(number))
}

pub(super) fn denmark(number: &str) -> bool {
    !number.starts_with('0') && weighted(&digits(number), &[2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

pub(super) fn estonia(number: &str) -> bool {
    weighted(&digits(number), &[3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0
}

pub(super) fn greece(number: &str) -> bool {
    let digits = digits(number);
    weighted(&digits, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == last(&digits)
}

pub(super) fn spain(number: &str) -> bool {
    const CHECKS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = number.as_bytes();
    let (Some(first), Some(check)) = (bytes.first(), bytes.last()) else { return false };
    let middle = digits(number.get(1..8).unwrap_or_default());
    let person = |lead: i64| {
        let index = usize::try_from(value(&middle) + lead * 10_000_000).unwrap_or_default() % CHECKS.len();
        CHECKS[index] == *check
    };
    match first {
        b'0'..=b'9' => person(i64::from(first - b'0')),
        b'X' | b'Y' | b'Z' => person(i64::from(first - b'X')),
        b'K' | b'L' | b'M' => person(0),
        b'A'..=b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' if *first != b'I' => {
            // The digit that makes Luhn's sum a multiple of ten, or the character in its place.
            let doubled: Vec<i64> = middle.iter().copied().chain([0]).collect();
            let digit = usize::try_from((10 - luhn(&doubled)) % 10).unwrap_or_default();
            *check == b"0123456789"[digit] || *check == b"JABCDEFGHI"[digit]
        }
        _ => false,
    }
}

pub(super) fn finland(number: &str) -> bool {
    weighted(&digits(number), &[7, 9, 10, 5, 8, 4, 2, 1]) % 11 == 0
}

pub(super) fn france(number: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (key, siren) = number.split_at_checked(2).unwrap_or_default();
    let siren_digits = digits(siren);
    let siren_value = value(&siren_digits);
    // Numbers of Monaco begin with 000 and are no company numbers of France.
    if !siren.starts_with("000") && luhn(&siren_digits) != 0 {
        return false;
    }
    if let Ok(key) = key.parse::<i64>() {
        return (siren_value * 100 + 12) % 97 == key;
    }
    let place = |at: usize| {
        let character = key.chars().nth(at)?;
        ALPHABET.chars().position(|other| other == character).and_then(|place| i64::try_from(place).ok())
    };
    let (Some(first), Some(second)) = (place(0), place(1)) else { return false };
    let check = if first < 10 { first * 24 + second - 10 } else { first * 34 + second - 100 };
    (siren_value + 1 + check / 11) % 11 == check % 11
}

/// Also for numbers of Northern Ireland.
pub(super) fn britain(number: &str) -> bool {
    let digits = digits(number);
    match number.get(..2) {
        Some("GD") => value(&digits) < 500,
        Some("HA") => value(&digits) >= 500,
        _ => {
            let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
            // Numbers given out since 2010 count 55 more.
            sum == 0 || (digits.first() != Some(&0) && (sum == 42 || sum == 55))
        }
    }
}

pub(super) fn croatia(number: &str) -> bool {
    is_mod_11_10(&digits(number))
}

pub(super) fn hungary(number: &str) -> bool {
    weighted(&digits(number), &[9, 7, 3, 1, 9, 7, 3, 1]) % 10 == 0
}

pub(super) fn ireland(number: &str) -> bool {
    const ALPHABET: &str = "WABCDEFGHIJKLMNOPQRSTUV";
    let place = |character: char| ALPHABET.chars().position(|other| other == character);
    let characters: Vec<char> = number.chars().collect();
    let is_old = characters.get(1).is_some_and(|character| !character.is_ascii_digit());
    let counted: Vec<i64> = if is_old {
        // The second character of old numbers does not count, and the first comes last.
        let digits = digits(number);
        [0].into_iter().chain(digits.iter().skip(1).copied()).chain(digits.first().copied()).collect()
    } else {
        digits(number.get(..7).unwrap_or_default())
    };
    let second_check = characters.get(8).map_or(Some(0), |character| place(*character));
    let (Some(check), Some(second_check)) = (characters.get(7).and_then(|character| place(*character)), second_check)
    else {
        return false;
    };
    let sum = weighted(&counted, &[8, 7, 6, 5, 4, 3, 2]) + 9 * i64::try_from(second_check).unwrap_or_default();
    usize::try_from(sum % 23) == Ok(check)
}

pub(super) fn italy(number: &str) -> bool {
    let digits = digits(number);
    let province = value(digits.get(7..10).unwrap_or_default());
    let is_province = matches!(province, 1..=100 | 120 | 121 | 888 | 999);
    is_province && !number.starts_with("0000000") && luhn(&digits) == 0
}

pub(super) fn lithuania(number: &str) -> bool {
    let digits = digits(number);
    let Some((check, rest)) = digits.split_last() else { return false };
    if rest.last() != Some(&1) {
        return false;
    }
    let sum =
        |shift: i64| (0_i64..).zip(rest).map(|(index, digit)| (1 + (index + shift) % 9) * digit).sum::<i64>() % 11;
    let first = sum(0);
    (if first == 10 { sum(2) } else { first }) % 10 == *check
}

pub(super) fn luxembourg(number: &str) -> bool {
    let value = value(&digits(number));
    value / 100 % 89 == value % 100
}

/// Companies begin with 4 or more. Numbers of persons may have no check digit.
pub(super) fn latvia(number: &str) -> bool {
    let digits = digits(number);
    digits.first().is_none_or(|first| *first < 4) || weighted(&digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
}

pub(super) fn malta(number: &str) -> bool {
    !number.starts_with('0') && weighted(&digits(number), &[3, 4, 6, 7, 8, 9, 10, 1]) % 37 == 0
}

/// Numbers of companies follow the rule of eleven, those given to sole traders since 2020 that of ninety-seven.
pub(super) fn netherlands(number: &str) -> bool {
    let is_of_eleven = weighted(&digits(number), &[9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0;
    let whole = format!("NL{number}");
    let remainder = whole.chars().filter_map(|character| character.to_digit(36)).fold(0, |remainder, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (remainder * shift + value) % 97
    });
    is_of_eleven || remainder == 1
}

pub(super) fn norway(number: &str) -> bool {
    weighted(&digits(number), &[3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

pub(super) fn poland(number: &str) -> bool {
    weighted(&digits(number), &[6, 5, 7, 2, 3, 4, 5, 6, 7, -1]) % 11 == 0
}

pub(super) fn portugal(number: &str) -> bool {
    let digits = digits(number);
    let check = (11 - weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    !number.starts_with('0') && check == last(&digits)
}

pub(super) fn romania(number: &str) -> bool {
    let digits = digits(&format!("{number:0>10}"));
    !number.starts_with('0') && weighted(&digits, &[7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10 % 11 % 10 == last(&digits)
}

pub(super) fn sweden(number: &str) -> bool {
    let digits = digits(number);
    luhn(digits.get(..10).unwrap_or_default()) == 0 && !number.ends_with("00")
}

pub(super) fn slovenia(number: &str) -> bool {
    let digits = digits(number);
    let check = 11 - weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    !number.starts_with('0') && last(&digits) == if check == 10 { 0 } else { check }
}

pub(super) fn slovakia(number: &str) -> bool {
    value(&digits(number)) % 11 == 0
}
