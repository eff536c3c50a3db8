//! Asks single questions: text with a default, choices from lists, yes or no.

use dialoguer::FuzzySelect;
use dialoguer::console::{Term, truncate_str};
use ssgctl::model::Country;
use ssgctl::ops;
use unicode_width::UnicodeWidthStr;

use crate::context::Context;
use crate::escape::visible;
use crate::exit::Result;
use crate::interactive::prompt;
use crate::interactive::wizard::answers::{Answer, Answers, Question, invalid_answer};
use crate::interactive::wizard::catalog::Catalog;
use crate::interactive::wizard::checks::address_lines;
use crate::interactive::wizard::screen::{Remark, columns, say};
use crate::interactive::wizard::search::{self, SearchTheme};
use crate::signals;

/// The number of items of a list to show at once.
const ROWS: usize = 10;
/// The input that goes back, and the input that omits an answer.
const BACK: &str = "<";
const OMIT: &str = "-";
/// The input that explains a question.
const EXPLAIN: &str = "?";
/// The item of a list that goes back. Typing `<` finds it, as no other item has this character.
const BACK_ITEM: &str = "<  go back";

/// The reply to a question.
pub(super) enum Reply {
    Back,
    Omitted,
    Text(String),
}

/// The decision about all answers.
pub(super) enum Review {
    Yes,
    Change,
    No,
}

/// Asks a question until it has an answer, and prints the answer. `number` is its number and how many there are.
pub(super) fn ask(
    question: &Question,
    number: (usize, usize),
    context: &mut Context,
    catalog: &Catalog,
    answers: &Answers,
) -> Result<Reply> {
    let label = format!("{} of {}  {}", number.0, number.1, question.label);
    let reply = match question.answer {
        Answer::Text(check) => text(&label, question, catalog, answers, &mut |text| {
            check(text, answers).map_err(|rule| invalid_answer(text, &rule.to_string()))
        }),
        Answer::Lines => text(&label, question, catalog, answers, &mut |text| {
            address_lines(text).map_err(|rule| invalid_answer(text, &rule.to_string()))
        }),
        Answer::Customer => customer(&label, question, context, catalog, answers),
        Answer::Country => country(&label, question, catalog, answers),
        Answer::Service => service(&label, question, catalog, answers),
        Answer::Email | Answer::More => switch(&label, question, catalog, answers),
    }?;
    match &reply {
        Reply::Back => {}
        Reply::Omitted => say(&format!("{}: {}", question.label, question.omitted.unwrap_or_default())),
        Reply::Text(text) => say(&format!("{}: {text}", question.label)),
    }
    Ok(reply)
}

/// The answer that Return accepts: the previous answer, else the default.
fn current_answer(question: &Question, catalog: &Catalog, answers: &Answers) -> Option<String> {
    answers.of(question.option).map(str::to_owned).or_else(|| catalog.default(question.option, answers))
}

/// The explanation of a question: the help of its option.
fn explanation<'a>(question: &'a Question, catalog: &'a Catalog) -> &'a str {
    // An argument has no help of an option.
    if matches!(question.answer, Answer::Customer) {
        return "The account code, or a part of the organisation, of a contact, a telephone number or an email address";
    }
    let hint = if question.hint.is_empty() { question.label } else { question.hint };
    catalog.help(question.option).unwrap_or(hint)
}

/// Asks for a text until it is valid.
fn text(
    label: &str,
    question: &Question,
    catalog: &Catalog,
    answers: &Answers,
    check: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<Reply> {
    let current = current_answer(question, catalog, answers);
    let omitted = answers.omitted_text(question);
    let has_default = catalog.default(question.option, answers).is_some();
    let hint = if question.hint.is_empty() { String::new() } else { format!(" ({})", question.hint) };
    let shown = current.as_deref().or(omitted).map(|shown| format!(" [{shown}]")).unwrap_or_default();
    let prompt = visible(&format!("{label}{hint}{shown}")).into_owned();
    let mut remark = Remark::none();
    loop {
        let typed = read_line(&prompt)?;
        let checked = match (typed.trim(), &current, omitted) {
            (BACK, _, _) => return Ok(Reply::Back),
            (EXPLAIN, _, _) => Err(explanation(question, catalog).to_owned()),
            (OMIT, _, Some(_)) if has_default => {
                Err("an answer is required, because the configuration has a default".to_owned())
            }
            ("", None, Some(_)) | (OMIT, _, Some(_)) => return Ok(Reply::Omitted),
            ("", None, None) | (OMIT, _, None) => Err("an answer is required".to_owned()),
            ("", Some(current), _) => check(current),
            (typed, _, _) => check(typed),
        };
        match checked {
            Ok(text) => return Ok(Reply::Text(text)),
            Err(rule) => remark.show(&rule),
        }
    }
}

/// Reads a line at a prompt, and clears both.
fn read_line(prompt: &str) -> Result<String> {
    let typed = prompt::ask(|| prompt::line(prompt).report(false).interact_text())?;
    // The prompt clears only the last line of an input that wrapped.
    let lines_before = (prompt.width() + ": ".width() + typed.width()).saturating_sub(1) / columns();
    prompt::ask(|| Ok(Term::stderr().clear_last_lines(lines_before)?))?;
    Ok(typed)
}

/// Asks for an active customer: its code, or a text to search for, of which the customers that have it are listed.
fn customer(
    label: &str,
    question: &Question,
    context: &mut Context,
    catalog: &Catalog,
    answers: &Answers,
) -> Result<Reply> {
    loop {
        let mut matching = Vec::new();
        let reply = text(label, question, catalog, answers, &mut |typed| {
            matching.clear();
            match context.read(|snapshot| ops::active::customer(snapshot, typed)) {
                Ok(customer) => Ok(customer.account_code.to_string()),
                Err(failure) => {
                    // A customer of this name that cannot be chosen, such as an archived one, is not searched for.
                    let is_known = context.read(|snapshot| snapshot.customer_named(typed)).is_ok_and(|it| it.is_some());
                    if !is_known {
                        matching = search::customers(context, typed).unwrap_or_default();
                    }
                    if matching.is_empty() { Err(failure.with_hint()) } else { Ok(typed.to_owned()) }
                }
            }
        })?;
        if matching.is_empty() || !matches!(reply, Reply::Text(_)) {
            return Ok(reply);
        }
        let shown: Vec<String> =
            matching.iter().map(|(code, organisation)| format!("{code}  {organisation}")).collect();
        if let Some(at) = choose(label, &shown, explanation(question, catalog))? {
            return Ok(Reply::Text(matching.swap_remove(at).0));
        }
    }
}

fn country(label: &str, question: &Question, catalog: &Catalog, answers: &Answers) -> Result<Reply> {
    let current = current_answer(question, catalog, answers);
    let mut countries: Vec<Option<Country>> = Country::all().map(Some).collect();
    if catalog.default(question.option, answers).is_none() {
        countries.insert(0, None);
    }
    // Return accepts the first item, because a list that is being searched always selects it.
    if let Some(at) = countries.iter().position(|country| country.as_ref().map(Country::as_str) == current.as_deref()) {
        let first = countries.remove(at);
        countries.insert(0, first);
    }
    let shown: Vec<String> = countries
        .iter()
        .map(|country| match country {
            Some(country) => format!("{country}  {}", country.name()),
            // A word would be what some country is searched by: `none` has the code of Norway.
            None => OMIT.to_owned(),
        })
        .collect();
    let chosen = choose(label, &shown, explanation(question, catalog))?;
    Ok(match chosen.and_then(|at| countries.into_iter().nth(at)) {
        Some(Some(country)) => Reply::Text(country.to_string()),
        Some(None) => Reply::Omitted,
        None => Reply::Back,
    })
}

fn service(label: &str, question: &Question, catalog: &Catalog, answers: &Answers) -> Result<Reply> {
    let current = current_answer(question, catalog, answers).unwrap_or_default();
    let mut services: Vec<_> = catalog.services.iter().collect();
    // Return accepts the first item. The others keep their order, because the sort is stable.
    services.sort_by_key(|service| !service.code.as_str().eq_ignore_ascii_case(&current));
    let shown: Vec<String> = services
        .iter()
        .map(|service| {
            let price = match service.price {
                Some(price) => format!("{} {} per message part", service.unit.format(price), service.unit),
                None => format!("{} by destination", service.unit),
            };
            format!("{}  {}, {price}", service.code, service.details.name)
        })
        .collect();
    let chosen = choose(label, &shown, explanation(question, catalog))?;
    Ok(chosen.and_then(|at| services.get(at)).map_or(Reply::Back, |service| Reply::Text(service.code.to_string())))
}

fn switch(label: &str, question: &Question, catalog: &Catalog, answers: &Answers) -> Result<Reply> {
    let before = answers.of(question.option).is_some();
    let prompt = format!("{label} (yes or no) [{}]", if before { "yes" } else { "no" });
    let mut remark = Remark::none();
    loop {
        let typed = read_line(&prompt)?;
        let reply = match typed.trim() {
            BACK => Ok(Reply::Back),
            EXPLAIN => Err(explanation(question, catalog)),
            OMIT => Ok(Reply::Omitted),
            "" if before => Ok(Reply::Text("yes".to_owned())),
            "" => Ok(Reply::Omitted),
            typed => match prompt::yes_or_no(typed) {
                Some(true) => Ok(Reply::Text("yes".to_owned())),
                Some(false) => Ok(Reply::Omitted),
                None => Err("answer yes or no"),
            },
        };
        match reply {
            Ok(reply) => return Ok(reply),
            Err(text) => remark.show(text),
        }
    }
}

/// Asks whether to accept the answers. There is no default, and keys that were typed before do not count, because the answer
/// acts.
pub(super) fn review(question: &str) -> Result<Review> {
    signals::discard_typed_ahead();
    loop {
        let typed = read_line(&format!("{question}? (yes, no or change)"))?;
        match (typed.trim().to_lowercase().as_str(), prompt::yes_or_no(&typed)) {
            (_, Some(true)) => return Ok(Review::Yes),
            (_, Some(false)) => return Ok(Review::No),
            (BACK | "c" | "change", None) => return Ok(Review::Change),
            _ => say("answer yes, no or change"),
        }
    }
}

/// Asks which answer to change.
pub(super) fn choose_answer(labels: &[&str]) -> Result<Option<usize>> {
    let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
    choose("Which answer", &labels, "the answer to change")
}

/// Asks for an item of a list; `None` goes back. `explanation` is shown for a question mark.
fn choose(title: &str, items: &[String], explanation: &str) -> Result<Option<usize>> {
    let mut items = truncated(items);
    items.push(BACK_ITEM.to_owned());
    let title = visible(&format!("{title} (type to search):")).into_owned();
    let theme = SearchTheme::new(&items, explanation, columns());
    let select = FuzzySelect::with_theme(&theme).with_prompt(title).items(&items).default(0).report(false);
    let chosen = prompt::ask(|| select.max_length(ROWS).highlight_matches(false).interact_opt())?;
    Ok(chosen.filter(|at| at + 1 < items.len()))
}

/// Truncates items to the width of the terminal. A list counts lines when it clears itself, so a wrapped item would leave
/// its rest on the screen.
fn truncated(items: &[String]) -> Vec<String> {
    let fits = |item: &String| truncate_str(&visible(item), columns() - 4, "…").into_owned();
    items.iter().map(fits).collect()
}
