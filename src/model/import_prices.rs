//! What messages cost in an import: by the plans of their accounts as they were when it began, or, in imports from before price
//! plans, by one price for each account. Later runs of `traffic reprice` have other prices for messages that they cover.

use std::sync::Arc;

use foldhash::HashMap;

use crate::model::{
    AccountPrice, Destination, Message, MessageState, MobileNetwork, Money, PlanBasis, PriceDetail, PriceSource,
    Prices, Repricing, Unit, day_of_second,
};

/// The prices of an import.
#[derive(Debug, Clone, Default)]
pub struct ImportPrices {
    /// Whether messages are charged at all.
    pub charging: bool,
    /// The accounts that have one price for each message part; the plans have those of the others.
    pub fixed: HashMap<i64, AccountPrice>,
    pub plans: Arc<Prices>,
    /// The runs that cover charged messages of the import, oldest first.
    pub repricings: Vec<Repricing>,
}

/// What the charge of a message depends on.
#[derive(Debug, Clone, Copy)]
pub struct RatedMessage<'a> {
    pub account_id: i64,
    /// The second of submission since 1970-01-01 UTC.
    pub second: i64,
    pub destination: &'a Destination,
    pub network: Option<MobileNetwork>,
    pub parts: u16,
    /// The price of the whole message that its file reported; it is charged if there is one.
    pub price: Option<Money>,
}

/// What a message costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// The unit of the balance that pays for it.
    pub unit: Unit,
    /// Nothing is rounded. Zero if the import does not charge.
    pub charge: Money,
    /// The price in a plan; `None` if the file had the price or nothing is charged.
    pub price_id: Option<i64>,
}

/// Why a message has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrated {
    /// The import does not have the account.
    Account,
    /// No plan of the account has a price for the destination at the time of submission.
    Price,
    /// The price times the number of parts is too large.
    Overflow,
}

/// The price in a file is not what its message costs by itself, and the service demands that they agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceDispute {
    pub in_file: Money,
    pub expected: Money,
}

const SECONDS_A_DAY: i64 = 86_400;

impl<'a> RatedMessage<'a> {
    /// Those of a message in a file.
    pub fn of(message: &'a Message) -> Self {
        Self {
            account_id: message.account_id,
            second: i64::from(message.day) * SECONDS_A_DAY + i64::from(message.second),
            destination: &message.destination,
            network: message.network,
            parts: message.parts,
            price: message.price,
        }
    }

    /// The day of submission, in days since 1970-01-01 UTC.
    pub fn day(&self) -> i32 {
        day_of_second(self.second)
    }

    /// The second of that day, 0 to 86399.
    pub fn second_of_day(&self) -> u32 {
        u32::try_from(self.second.rem_euclid(SECONDS_A_DAY)).unwrap_or_default()
    }
}

impl ImportPrices {
    /// The unit in which an account is charged at a second since 1970-01-01 UTC.
    pub fn unit(&self, account_id: i64, second: i64) -> Result<Unit, Unrated> {
        match self.fixed.get(&account_id) {
            Some(account) => Ok(account.unit),
            None => self.plans.plans_of(account_id, second).map(|plans| plans.unit).ok_or(Unrated::Account),
        }
    }

    /// What a charged message costs, which may be repriced.
    pub fn rate(&self, message: &RatedMessage<'_>) -> Result<Rating, Unrated> {
        match self.repricings_of(message).next_back() {
            Some(repricing) => self.rate_by(&repricing.plans, message),
            None => self.rate_first(message),
        }
    }

    /// What the import charged for a message: the price in its file if it has one, else the price of a part times the parts. SMS
    /// credits follow from plans alone.
    pub fn rate_first(&self, message: &RatedMessage<'_>) -> Result<Rating, Unrated> {
        match self.fixed.get(&message.account_id) {
            None => self.rate_by(&self.plans, message),
            Some(AccountPrice { unit, price, .. }) => self.rate_in(*unit, message, || {
                let price = price.ok_or(Unrated::Price)?;
                Ok((price, None))
            }),
        }
    }

    /// What the import would charge for a message by other plans.
    pub fn rate_by(&self, plans: &Prices, message: &RatedMessage<'_>) -> Result<Rating, Unrated> {
        let RatedMessage { account_id, second, destination, network, .. } = *message;
        let unit = plans.plans_of(account_id, second).ok_or(Unrated::Account)?.unit;
        self.rate_in(unit, message, || {
            let found = plans.find(account_id, network, destination, second).ok_or(Unrated::Price)?;
            Ok((found.price, Some(found.row_id)))
        })
    }

    fn rate_in(
        &self,
        unit: Unit,
        message: &RatedMessage<'_>,
        price_of_part: impl FnOnce() -> Result<(Money, Option<i64>), Unrated>,
    ) -> Result<Rating, Unrated> {
        if !self.charging {
            return Ok(Rating { unit, charge: Money::ZERO, price_id: None });
        }
        if let Some(charge) = message.price.filter(|_| unit != Unit::Sms) {
            return Ok(Rating { unit, charge, price_id: None });
        }
        let (price, price_id) = price_of_part()?;
        let charge = price.checked_mul(message.parts.into()).ok_or(Unrated::Overflow)?;
        Ok(Rating { unit, charge, price_id })
    }

    /// When a message is charged.
    pub fn basis(&self, message: &RatedMessage<'_>) -> PlanBasis {
        let RatedMessage { account_id, second, destination, network, .. } = *message;
        self.plans.basis(account_id, network, destination, second)
    }

    /// Whether the first report of a message charges it. An import without charges settles a message for good when it was sent.
    pub fn charges(&self, message: &RatedMessage<'_>, state: MessageState) -> bool {
        if !self.charging || !self.plans.charges_delivered() {
            return state.is_sent();
        }
        self.basis(message).charges(state)
    }

    /// What is reserved for a message: what it will cost if it is delivered. Nothing if it is charged, or cannot be delivered any
    /// more, or will not be charged.
    pub fn reservation(
        &self,
        message: &RatedMessage<'_>,
        (state, is_charged): (MessageState, bool),
    ) -> Option<(Unit, Money)> {
        let may_follow = self.charging && self.plans.charges_delivered() && !is_charged && !state.is_final();
        if !may_follow || self.basis(message) != PlanBasis::Delivered {
            return None;
        }
        // An earlier time may have been reported at which there was no price.
        let Rating { unit, charge, .. } = self.rate_first(message).ok()?;
        Some((unit, charge))
    }

    /// The runs that cover a charged message, oldest first. Those that take no price of a plan are left out of every run.
    pub fn repricings_of(&self, message: &RatedMessage<'_>) -> impl DoubleEndedIterator<Item = &Repricing> {
        let RatedMessage { account_id, second, .. } = *message;
        let is_covered = !self.repricings.is_empty() && self.follows_plans(message);
        let runs = self.repricings.iter().filter(move |_| is_covered);
        runs.filter(move |run| run.seconds.contains(&second) && run.accounts.contains(&account_id))
    }

    /// Whether the import charged a message by the price of its account or of a plan: it has no price of its file, and the import
    /// charges.
    pub fn follows_plans(&self, message: &RatedMessage<'_>) -> bool {
        let unit = || self.unit(message.account_id, message.second);
        self.charging && (message.price.is_none() || unit() == Ok(Unit::Sms))
    }

    /// Decides whether the price in a file or that of a plan counts for a message, and that there is one. A price in the file that does
    /// not count is removed. One that must agree with the plan is disputed if it does not, and the message would be charged by this
    /// report alone.
    pub fn settle(&self, message: &mut Message) -> Result<Option<PriceDispute>, Unrated> {
        let second = RatedMessage::of(message).second;
        // The accounts of imports from before price plans have a price.
        let Some(plans) = self.plans.plans_of(message.account_id, second) else { return Ok(None) };
        let in_file = match plans.price_source {
            PriceSource::File => None,
            PriceSource::Plan | PriceSource::MustAgree => message.price.take(),
        };
        if !self.charging || !message.state.is_sent() || message.price.is_some() {
            return Ok(None);
        }
        let must_agree = plans.price_source == PriceSource::MustAgree;
        let in_file = in_file.filter(|_| must_agree && self.charges(&RatedMessage::of(message), message.state));
        if in_file.is_none() && self.plans.has_all(plans) {
            return Ok(None);
        }
        let expected = self.rate(&RatedMessage::of(message))?.charge;
        Ok(in_file.filter(|in_file| *in_file != expected).map(|in_file| PriceDispute { in_file, expected }))
    }

    /// Whether a message is charged the price in its file, if there is one.
    pub fn takes_prices_of_files(&self, message: &RatedMessage<'_>) -> bool {
        let plans = self.plans.plans_of(message.account_id, message.second);
        plans.is_none_or(|plans| plans.price_source == PriceSource::File)
    }

    /// The detail with which sums distinguish a message. Imports from before price plans have none, unless it is repriced.
    pub fn detail(&self, message: &RatedMessage<'_>, rating: &Rating) -> PriceDetail {
        if rating.price_id.is_none() && self.fixed.contains_key(&message.account_id) {
            return PriceDetail::default();
        }
        let quarter = u8::try_from(message.second_of_day() / 900).ok();
        PriceDetail { price_id: rating.price_id, network: message.network, quarter }
    }

    /// Whether a charged message costs the same at another second, in the import and in each run that reprices it.
    pub fn is_same_price(&self, message: &RatedMessage<'_>, second: i64) -> bool {
        let at_other = RatedMessage { second, ..*message };
        let ratings = |message: &RatedMessage<'_>| -> Vec<(i64, Result<Rating, Unrated>)> {
            let runs = self.repricings_of(message).map(|run| (run.reprice_id, self.rate_by(&run.plans, message)));
            [(0, self.rate_first(message))].into_iter().chain(runs).collect()
        };
        ratings(message) == ratings(&at_other)
    }
}

#[cfg(test)]
mod tests {
    use foldhash::HashMapExt;

    use super::*;

    fn prices(unit: &str, price: &str, charging: bool) -> ImportPrices {
        let (unit, price) = (unit.parse().expect("a unit"), price.parse().expect("a price"));
        let account = AccountPrice { account_id: 1, customer_id: 1, unit, price: Some(price), charging };
        let mut fixed = HashMap::new();
        fixed.insert(1, account);
        ImportPrices { charging, fixed, ..ImportPrices::default() }
    }

    fn rate(prices: &ImportPrices, parts: u16, price: Option<&str>) -> Result<String, Unrated> {
        let destination = Destination::Number(447_700_900_123);
        let price = price.map(|price| price.parse().expect("a price"));
        let message = RatedMessage { account_id: 1, second: 0, destination: &destination, network: None, parts, price };
        prices.rate(&message).map(|rating| rating.charge.to_string())
    }

    #[test]
    fn credits_follow_the_price_of_the_account_and_currencies_the_file() {
        assert_eq!(rate(&prices("SMS", "2", true), 3, Some("0.0075")), Ok("6".to_owned()));
        assert_eq!(rate(&prices("EUR", "2", true), 3, Some("0.0075")), Ok("0.0075".to_owned()));
        assert_eq!(rate(&prices("EUR", "2", true), 3, None), Ok("6".to_owned()));
        assert_eq!(rate(&prices("EUR", "2", false), 3, Some("0.0075")), Ok("0".to_owned()));
        assert_eq!(rate(&prices("EUR", "92233720368", true), 2, None), Err(Unrated::Overflow));
        assert_eq!(rate(&ImportPrices::default(), 1, None), Err(Unrated::Account));
    }
}
