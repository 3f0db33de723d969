use crate::{
    json::Lexer,
    model::{OneOrMany, string::string_type, table},
    read::{self, ProtocolType},
    report::Error,
    schema::{Format, Schema},
    validate::{Report, STRICT_POLICY, Scope},
};
use std::collections::BTreeMap;

string_type! {
    /// The content of a [`Message`](crate::dictionary::Message): a string that contains a JSON
    /// object.
    ///
    /// The object either contains the parameters of the channel, such as those of [`PushContent`],
    /// or maps language tags to such objects. Any JSON object is valid, because the parameters may
    /// vary. `Debug` hides the content.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{MessageContent, PushContent, Localized};
    ///
    /// let content = MessageContent::from(r#"{"en-US":{"title":"Hello"},"fr-FR":{"title":"Salut"}}"#);
    /// let push = content.parse_push().unwrap();
    /// assert_eq!(push.languages().collect::<Vec<_>>(), ["en-US", "fr-FR"]);
    /// assert_eq!(push.get("fr-FR").unwrap().title.as_deref(), Some("Salut"));
    ///
    /// let content = MessageContent::from(Localized::One(PushContent::new().title("Hello")));
    /// assert_eq!(content.as_str(), r#"{"title":"Hello"}"#);
    /// let push = content.parse_push().unwrap();
    /// assert_eq!(push.get("en-US").unwrap().title.as_deref(), Some("Hello"));
    /// ```
    pub struct MessageContent: Some(Format::JsonObject), hidden;
}

impl MessageContent {
    /// Parses the content of a push notification.
    ///
    /// # Errors
    /// Returns a syntax error if the string is not valid JSON. Otherwise, returns a violation for a
    /// value that is not an object, for each standard parameter of the wrong type, and for each
    /// duplicate field.
    #[inline]
    pub fn parse_push(&self) -> Result<Localized<PushContent>, Error> {
        self.parse()
    }

    /// Parses the content of an SMS notification.
    ///
    /// # Errors
    /// Returns a syntax error if the string is not valid JSON. Otherwise, returns a violation for a
    /// value that is not an object, for each standard parameter of the wrong type, and for each
    /// duplicate field.
    #[inline]
    pub fn parse_sms(&self) -> Result<Localized<SmsContent>, Error> {
        self.parse()
    }

    /// Parses the content of an inbox notification.
    ///
    /// # Errors
    /// Returns a syntax error if the string is not valid JSON. Otherwise, returns a violation for a
    /// value that is not an object, for each standard parameter of the wrong type, and for each
    /// duplicate field.
    #[inline]
    pub fn parse_inbox(&self) -> Result<Localized<InboxContent>, Error> {
        self.parse()
    }

    fn parse<T: ProtocolType>(&self) -> Result<Localized<T>, Error> {
        match contents_by_language(self.as_str(), T::SCHEMA) {
            Some(contents) => {
                read::read_values_by_name(contents, Scope::Structure).map(Localized::ByLanguage)
            }
            None => read::read_json(
                self.as_str(),
                &STRICT_POLICY,
                Scope::Structure,
                &mut Report::default(),
                std::convert::identity,
            )
            .map(Localized::One),
        }
    }
}

/// Returns the JSON for each language if the content is an object that is keyed by language: it has
/// at least one member, every name is a language tag and not a standard parameter of the channel,
/// and every value is an object. Standard parameters that are null are ignored.
fn contents_by_language<'a>(json: &'a str, channel: &Schema) -> Option<Vec<(String, &'a str)>> {
    let mut lexer = Lexer::new(json);
    let mut contents = Vec::new();
    if lexer.peek_value_start().ok()? != b'{' {
        return None;
    }
    lexer.enter().ok()?;
    let mut first = true;
    while lexer.advance_to_member(&mut first).ok()? {
        let language = lexer.read_string().ok()?.into_cow().into_owned();
        lexer.expect_colon().ok()?;
        let content = lexer.read_raw_value().ok()?;
        let is_standard = channel.field(&language).is_some();
        if is_standard && content == "null" {
            continue;
        }
        if is_standard || !is_language_tag(&language) || !content.starts_with('{') {
            return None;
        }
        contents.push((language, content));
    }
    lexer.expect_end().ok()?;
    (!contents.is_empty()).then_some(contents)
}

/// Returns whether `string` looks like a language tag, such as `en` or `zh-CN`. Some peers send
/// `zh_CN`, which is also accepted.
fn is_language_tag(string: &str) -> bool {
    let mut subtags = string.split(['-', '_']);
    let primary = subtags.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len())
                && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

impl<T: ProtocolType> From<Localized<T>> for MessageContent {
    fn from(content: Localized<T>) -> Self {
        let json = match &content {
            Localized::One(content) => serde_json::to_string(content),
            Localized::ByLanguage(contents) => serde_json::to_string(contents),
        };
        // Serializing a protocol type to JSON cannot fail.
        json.unwrap_or_default().into()
    }
}

/// The content of a notification, which is either the same for all languages or separate for each
/// language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Localized<T> {
    /// The same content for all languages.
    One(T),
    /// Separate content for each language, keyed by language tag, such as `en-US`. The tags are not
    /// normalized.
    ByLanguage(BTreeMap<String, T>),
}

impl<T> Localized<T> {
    /// Returns the content for a language. The language tag must match exactly, unless the content
    /// is the same for all languages.
    #[must_use]
    pub fn get(&self, language: &str) -> Option<&T> {
        match self {
            Self::One(content) => Some(content),
            Self::ByLanguage(contents) => contents.get(language),
        }
    }

    /// Returns an iterator over the language tags in alphabetical order. It is empty if the content
    /// is the same for all languages.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        let contents = match self {
            Self::One(_) => None,
            Self::ByLanguage(contents) => Some(contents),
        };
        contents.into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }
}

table! {
    /// The standard parameters of a push notification.
    pub struct PushContent in DataDictionary {
        /// The title of the message.
        title: String as "title", optional sensitive;

        /// The content of the message.
        content: String as "content", optional sensitive;

        /// The URL of the message.
        link_url: String as "linkUrl", optional sensitive;
    }
}

table! {
    /// The standard parameters of an SMS notification.
    pub struct SmsContent in DataDictionary {
        /// The content of the message.
        content: String as "content", optional sensitive;
    }
}

table! {
    /// The standard parameters of an inbox notification.
    pub struct InboxContent in DataDictionary {
        /// The header, which identifies the mini program that sends the notification.
        header: InboxHeader as "header", optional;

        /// The body, which contains the message itself.
        body: InboxBody as "body", optional;

        /// The footer, which consists of one link or an array of links.
        footer: OneOrMany<InboxFooter> as "footer", optional;
    }
}

table! {
    /// The header of an inbox notification, which identifies the mini program that sends it.
    pub struct InboxHeader in DataDictionary {
        /// The URL of the mini program's icon.
        app_icon: String as "appIcon", optional;

        /// The name of the mini program.
        app_name: String as "appName", optional;

        /// The destination to which the header links.
        target: InboxTarget as "target", optional;
    }
}

table! {
    /// The body of an inbox notification.
    pub struct InboxBody in DataDictionary {
        /// The title of the message.
        title: String as "title", optional sensitive;

        /// The content of the message.
        content: String as "content", optional sensitive;

        /// The destination to which the body links.
        target: InboxTarget as "target", optional;
    }
}

table! {
    /// A link in the footer of an inbox notification.
    pub struct InboxFooter in DataDictionary {
        /// The text of the link.
        link_name: String as "linkName", optional sensitive;

        /// The destination of the link.
        target: InboxTarget as "target", optional;
    }
}

table! {
    /// The destination to which a part of an inbox notification links.
    pub struct InboxTarget in DataDictionary {
        /// The URL of the destination.
        path: String as "path", optional sensitive;
    }
}
