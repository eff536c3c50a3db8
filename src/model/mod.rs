//! Defines the business values: customers, accounts, money, messages, emails and their parts.
//!
//! A value is validated when it is parsed, so every other layer can rely on it. The module depends on no database, terminal or
//! mail server.

mod accrual;
mod address;
mod attachment;
mod balance;
mod bank_account;
mod calling_code;
mod chain;
mod code;
mod confusable;
mod contact;
mod country;
mod currency;
mod customer;
mod declared;
mod destination;
mod email;
mod event;
mod forecast;
mod gateway;
mod grace;
mod handover;
mod import;
mod import_prices;
pub mod invoice;
mod ip_range;
mod joiner;
mod message_record;
mod misread;
mod mo_number;
mod mobile_country;
mod money;
mod msisdn;
mod msisdn_set;
mod network;
mod numbering;
mod outbox;
mod password;
mod plan;
mod plan_prices;
mod price_destination;
mod price_list;
mod prices;
mod reconciliation;
mod reprice;
mod service;
mod smpp;
pub mod text;
mod time;
mod timeline;
mod traffic;
mod vat_number;
mod warning;
mod web;
pub(crate) mod word_enum;
mod zone;

pub use accrual::{Accrual, AccrualSource, AccruedCharge, AccruedLine, AccruedSum};
pub use address::PostalAddress;
pub use attachment::{AttachedFile, Attachment, AttachmentContent, OutgoingEmail, StoredAttachment, file_name};
pub use balance::{Balance, Entry, EntryKind, Hash, Origin, Posting};
pub use bank_account::{Bic, Iban};
pub use calling_code::{calling_code, country_of};
pub use chain::{Chain, ChainEnd, Head};
pub use code::{AccountCode, AddressRange, Manager, PlanCode, ServiceCode, ShortName, SystemId, SystemType};
pub use confusable::Skeleton;
pub use contact::{Contact, ContactDetails, Note, Role, Roles};
pub use country::Country;
pub use currency::Currency;
pub use customer::{ApiId, Billing, Customer, CustomerDetails, Lifecycle, PaymentTerms, Status};
pub use declared::{DeclaredAccount, DeclaredCustomer, DeclaredPlan, DeclaredService};
pub use destination::Destination;
pub use email::{EmailAddress, EmailList};
pub use event::{Change, EntityKind, Event, FieldChanges};
pub use forecast::{
    DailyCharges, DaysAhead, ForecastAlert, ForecastCause, ForecastFigures, ForecastKind, HourTraffic, NEW_DAYS,
    Outlook, SilentHours, SpanTraffic, SurgeFactor, USUAL_WEEKS,
};
pub use gateway::{Gateway, Host, Port};
pub use grace::Grace;
pub use handover::{Handover, Obstacle};
pub use import::{
    AccountPrice, Charge, Import, ImportState, Manifest, TrafficTally, day_of, day_of_second, days_since_epoch,
    first_day_of, month_of,
};
pub use import_prices::{ImportPrices, PriceDispute, RatedMessage, Rating, Unrated};
pub use ip_range::IpRange;
pub use message_record::{MessageRecord, PlanPrice};
pub use misread::misread;
pub use mo_number::{MoNumber, MoNumberList};
pub use mobile_country::{MobileCountry, canonical_network, joined_mobile_network, mobile_network};
pub use money::{Money, Unit, WrittenAmount, units};
pub(crate) use msisdn::WHOLE_FLOAT;
pub use msisdn::{Msisdn, MsisdnList};
pub use msisdn_set::MsisdnSet;
pub use network::MobileNetwork;
pub use numbering::calling_code_of;
pub use outbox::{
    CheckCounts, CheckRun, EmailCause, EmailState, EmailTemplate, OutboxEmail, RenderedEmail, SendAttempt, SendOutcome,
    Sender, SenderRole,
};
pub use password::{KeyFingerprint, Password};
pub use plan::{OverlayOwner, Plan, PlanBasis, PlanDetails, PriceRow, PriceSource};
pub use plan_prices::PlanPrices;
pub use price_destination::{NumberPrefix, PriceDestination};
pub use price_list::{PriceChangeKind, PriceHistory, PriceListRow, PriceStep};
pub use prices::{AccountPlans, MessagePrice, PlanRole, Prices, PricesVersion, ServicePlans, account_plans};
pub use reconciliation::{DifferenceKind, DifferenceSum, MessageDifference, ReportedMessage};
pub use reprice::{Reprice, RepriceScope, RepricedAccount, RepricedBalance, RepricedSum, Repricing};
pub use service::{Service, ServiceDetails};
pub use smpp::{Limit, SmppAccount, SmppDetails};
pub use text::{
    Actor, Description, Invalid, Key, Name, NoteText, Organisation, Reason, Reference, RegistrationNumber, TextLine,
};
pub use time::{Time, not_in_calendar, parse_date};
pub use timeline::{Effective, EffectiveFrom, Timeline, second_of, time_of};
pub use traffic::{DayTraffic, Message, MessageId, MessageState, PriceDetail, QuarterTraffic, StateCounts};
pub use vat_number::vat_number_fault;
pub use warning::{Crossing, CrossingCause, Level, Warning, WarningDetails};
pub use web::{Webhook, Website};
pub use word_enum::WordEnum;
pub use zone::Zone;
