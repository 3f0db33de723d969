use crate::{
    json::Lexer,
    model::{OneOrMany, string::string_type, table},
    read::{self, ProtocolType},
    report::Error,
    schema::{Format, Schema},
    validate::{Report, STRICT, Scope},
};
use std::collections::BTreeMap;

string_type! {
    /// The content of a [`Message`](crate::dictionary::Message): the text of a JSON object.
    ///
    /// The object is the channel's own, or holds the channel's object once a language, under its
    /// language tag. Valid is the text of any JSON object, for its parameters can vary. `Debug`
    /// hides it.
    ///
    /// ```
    /// use miniprogram_protocol::{MessageContent, PushContent, Localized};
    ///
    /// let content = MessageContent::from(r#"{"en-US":{"title":"Hello"},"fr-FR":{"title":"Salut"}}"#);
    /// let push = content.push().unwrap();
    /// assert_eq!(push.languages().collect::<Vec<_>>(), ["en-US", "fr-FR"]);
    /// assert_eq!(push.get("fr-FR").unwrap().title.as_deref(), Some("Salut"));
    ///
    /// let content = MessageContent::from(Localized::One(PushContent::new().title("Hello")));
    /// assert_eq!(content.as_str(), r#"{"title":"Hello"}"#);
    /// assert_eq!(content.push().unwrap().get("en-US").unwrap().title.as_deref(), Some("Hello"));
    /// ```
    pub struct MessageContent: Some(Format::JsonObject), hidden;
}

impl MessageContent {
    /// The content of a push notification.
    ///
    /// # Errors
    /// The text is no JSON object, a standard parameter has another type than it should, or a
    /// member stands twice.
    pub fn push(&self) -> Result<Localized<PushContent>, Error> {
        self.view()
    }

    /// The content of an SMS notification.
    ///
    /// # Errors
    /// The text is no JSON object, a standard parameter has another type than it should, or a
    /// member stands twice.
    pub fn sms(&self) -> Result<Localized<SmsContent>, Error> {
        self.view()
    }

    /// The content of an inbox notification.
    ///
    /// # Errors
    /// The text is no JSON object, a standard parameter has another type than it should, or a
    /// member stands twice.
    pub fn inbox(&self) -> Result<Localized<InboxContent>, Error> {
        self.view()
    }

    fn view<T: ProtocolType>(&self) -> Result<Localized<T>, Error> {
        match by_language(self, T::SCHEMA) {
            Some(texts) => read::read_object_of(texts, Scope::Structure).map(Localized::ByLanguage),
            None => read::read_json(
                self,
                &STRICT,
                Scope::Structure,
                &mut Report::default(),
                std::convert::identity,
            )
            .map(Localized::One),
        }
    }
}

/// The texts of the languages, if the object is keyed by language: it has members, each is an
/// object under a language tag, and none is a standard parameter of the channel.
fn by_language<'a>(text: &'a str, channel: &Schema) -> Option<Vec<(String, &'a str)>> {
    let mut lexer = Lexer::new(text);
    let mut texts = Vec::new();
    if lexer.value_start().ok()? != b'{' {
        return None;
    }
    lexer.enter().ok()?;
    let mut first = true;
    while lexer.has_member(&mut first).ok()? {
        let language = lexer.string().ok()?.into_cow().into_owned();
        lexer.colon().ok()?;
        let content = lexer.skip().ok()?;
        let standard = channel.field(&language).is_some();
        if standard && content == "null" {
            continue;
        }
        if standard || !is_language_tag(&language) || !content.starts_with('{') {
            return None;
        }
        texts.push((language, content));
    }
    lexer.end().ok()?;
    (!texts.is_empty()).then_some(texts)
}

/// Whether `text` has the shape of a language tag: `en`, `zh-CN`, or `zh_CN` as some peers write.
fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
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
        // A table always has a JSON text: its names are texts, and whatever it holds can be written.
        json.unwrap_or_default().into()
    }
}

/// The content of a notification: one for all languages, or one a language.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Localized<T> {
    /// The same for every user.
    One(T),
    /// One a language, keyed by language tag as it came: `en-US`.
    ByLanguage(BTreeMap<String, T>),
}

impl<T> Localized<T> {
    /// The content in the language of that tag, which is compared as it is.
    #[must_use]
    pub fn get(&self, language: &str) -> Option<&T> {
        match self {
            Self::One(content) => Some(content),
            Self::ByLanguage(contents) => contents.get(language),
        }
    }

    /// The language tags, in alphabetical order; none if the content is the same for all.
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
        /// The title.
        title: String as "title", optional sensitive;

        /// The content.
        content: String as "content", optional sensitive;

        /// The URL.
        link_url: String as "linkUrl", optional sensitive;
    }
}

table! {
    /// The standard parameters of an SMS notification.
    pub struct SmsContent in DataDictionary {
        /// The content.
        content: String as "content", optional sensitive;
    }
}

table! {
    /// The standard parameters of an inbox notification.
    pub struct InboxContent in DataDictionary {
        /// Who sends it.
        header: InboxHeader as "header", optional;

        /// What it says.
        body: InboxBody as "body", optional;

        /// Where it leads: one link, or several.
        footer: OneOrMany<InboxFooter> as "footer", optional;
    }
}

table! {
    /// Who sends an inbox notification.
    pub struct InboxHeader in DataDictionary {
        /// The URL of the mini program's icon.
        app_icon: String as "appIcon", optional;

        /// The name of the mini program.
        app_name: String as "appName", optional;

        /// Where it leads.
        target: InboxTarget as "target", optional;
    }
}

table! {
    /// What an inbox notification says.
    pub struct InboxBody in DataDictionary {
        /// The title.
        title: String as "title", optional sensitive;

        /// The content.
        content: String as "content", optional sensitive;

        /// Where it leads.
        target: InboxTarget as "target", optional;
    }
}

table! {
    /// A link below an inbox notification.
    pub struct InboxFooter in DataDictionary {
        /// The text.
        link_name: String as "linkName", optional sensitive;

        /// Where it leads.
        target: InboxTarget as "target", optional;
    }
}

table! {
    /// Where a part of an inbox notification leads.
    pub struct InboxTarget in DataDictionary {
        /// The URL.
        path: String as "path", optional sensitive;
    }
}
