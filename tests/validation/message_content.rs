//! Tests the typed views of message content: push, SMS and inbox, with and without languages.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    OneOrMany,
    dictionary::{
        InboxFooter, Localized, Message, MessageChannel, MessageContent, MessageRequired,
        PushContent,
    },
};
use std::collections::BTreeMap;

#[test]
fn reads_content_with_and_without_languages() {
    let one = MessageContent::from(r#"{"title":"Hi","content":"Shoes","linkUrl":"/a","custom":1}"#);
    let Localized::One(push) = one.parse_push().unwrap() else { panic!() };
    assert_eq!(push.title.as_deref(), Some("Hi"));
    assert_eq!(push.content.as_deref(), Some("Shoes"));
    assert_eq!(push.link_url.as_deref(), Some("/a"));
    assert_eq!(push.unknown_fields.get("custom").unwrap().as_str(), "1");

    let many = MessageContent::from(r#"{"zh-CN":{"content":"鞋"},"en":{"content":"Shoes"}}"#);
    let sms = many.parse_sms().unwrap();
    assert_eq!(sms.languages().collect::<Vec<_>>(), ["en", "zh-CN"]);
    assert_eq!(sms.get("zh-CN").unwrap().content.as_deref(), Some("鞋"));
    assert!(sms.get("fr").is_none());
}

#[test]
fn finds_no_languages_without_standard_fields() {
    for json in ["{}", r#"{"custom":{"a":1}}"#, r#"{"en":{"content":"a"},"count":1}"#] {
        let content = MessageContent::from(json).parse_sms().unwrap();
        assert_eq!(content.languages().count(), 0, "{json}");
        assert_eq!(content.get("en").unwrap().content, None, "{json}");
    }
}

#[test]
fn recognizes_language_tags() {
    for name in
        ["en", "fil", "EN", "zh-CN", "zh_CN", "sr-Latn-RS", "es-419", "de-CH-1996", "en-x-12345678"]
    {
        let json = format!(r#"{{"{name}":{{"content":"a"}}}}"#);
        let content = MessageContent::from(json).parse_push().unwrap();
        assert_eq!(content.languages().collect::<Vec<_>>(), [name]);
    }
    for name in [
        "",
        "e",
        "engl",
        "e1",
        "12",
        "é",
        "ée",
        "en-",
        "-en",
        "en--US",
        "en-123456789",
        "en-é",
        "en US",
        "en.US",
    ] {
        let json = format!(r#"{{"{name}":{{"content":"a"}}}}"#);
        let content = MessageContent::from(json).parse_push().unwrap();
        assert_eq!(content.languages().count(), 0, "{name}");
        let Localized::One(content) = content else { panic!("{name} was read as a language") };
        assert_eq!(content.unknown_fields.get(name).unwrap().as_str(), r#"{"content":"a"}"#);
    }
}

#[test]
fn requires_objects_as_localized_content() {
    for value in ["\"a\"", "[]", "null", "1"] {
        let content = MessageContent::from(format!(r#"{{"en":{value}}}"#)).parse_push().unwrap();
        let Localized::One(content) = content else {
            panic!("{value} was read as the content of a language")
        };
        assert_eq!(content.unknown_fields.get("en").unwrap().as_str(), value);
    }
}

#[test]
fn ignores_languages_next_to_other_fields() {
    for (members, title) in [
        (r#""title":"b""#, Some("b")),
        (r#""fr":null"#, None),
        (r#""fr":"Salut""#, None),
        (r#""custom":{}"#, None),
    ] {
        let content = MessageContent::from(format!(r#"{{"en":{{"title":"a"}},{members}}}"#));
        let Localized::One(content) = content.parse_push().unwrap() else { panic!("{members}") };
        assert_eq!(content.title.as_deref(), title, "{members}");
    }
}

#[test]
fn rejects_duplicate_languages() {
    let content = MessageContent::from(r#"{"en":{"content":"first"},"en":{"content":"second"}}"#);
    let error = content.parse_push().unwrap_err();
    assert_eq!((error.violations()[0].path(), error.violations()[0].code()), ("/en", "duplicate"));
}

#[test]
fn reads_inbox_content_with_all_parts() {
    let inbox = |footer: &str| {
        let json = format!(
            r#"{{"en-US":{{"displayType":"inbox_item_content",
                "header":{{"appIcon":"i","appName":"n","target":{{"path":"h"}}}},
                "body":{{"title":"t","content":"c","target":{{"path":"b"}}}},
                "footer":{footer}}}}}"#
        );
        let content = MessageContent::from(json).parse_inbox().unwrap();
        content.get("en-US").unwrap().clone()
    };
    let one = inbox(r#"{"linkName":"l","target":{"path":"f"}}"#);
    let header = one.header.clone().unwrap();
    assert_eq!(header.app_icon.as_deref(), Some("i"));
    assert_eq!(header.app_name.as_deref(), Some("n"));
    assert_eq!(header.target.unwrap().path.as_deref(), Some("h"));
    let body = one.body.clone().unwrap();
    assert_eq!(body.title.as_deref(), Some("t"));
    assert_eq!(body.content.as_deref(), Some("c"));
    assert_eq!(body.target.unwrap().path.as_deref(), Some("b"));
    assert_eq!(one.unknown_fields.get("displayType").unwrap().as_str(), "\"inbox_item_content\"");
    let Some(OneOrMany::One(InboxFooter { link_name, target, .. })) = one.footer else { panic!() };
    assert_eq!((link_name.as_deref(), target.unwrap().path.as_deref()), (Some("l"), Some("f")));

    let several = inbox(r#"[{"linkName":"l"},{"linkName":"m"}]"#).footer.unwrap();
    let names: Vec<_> = several.as_slice().iter().map(|link| link.link_name.as_deref()).collect();
    assert_eq!(names, [Some("l"), Some("m")]);
}

#[test]
fn rejects_footers_of_wrong_type() {
    for (footer, expected) in [
        ("1", &[("/footer", "must be an array, not a number")][..]),
        (r#"{"linkName":1}"#, &[("/footer/linkName", "must be a string, not a number")]),
        (
            "[null,{},[]]",
            &[
                ("/footer/0", "must be an object, not null"),
                ("/footer/2", "must be an object, not an array"),
            ],
        ),
    ] {
        let content = MessageContent::from(format!(r#"{{"footer":{footer}}}"#));
        let error = content.parse_inbox().unwrap_err();
        let found = error.violations().iter();
        let found: Vec<_> =
            found.map(|violation| (violation.path(), violation.kind().to_string())).collect();
        let expected: Vec<_> =
            expected.iter().map(|(path, message)| (*path, (*message).to_owned())).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn rejects_standard_fields_of_wrong_type() {
    let error = MessageContent::from(r#"{"title":1}"#).parse_push().unwrap_err();
    assert_eq!(error.to_string(), "/title must be a string, not a number");
    let error =
        MessageContent::from(r#"{"en":{"title":1},"fr":{"title":2}}"#).parse_push().unwrap_err();
    let paths: Vec<_> =
        error.violations().iter().map(miniprogram_protocol::Violation::path).collect();
    assert_eq!(paths, ["/en/title", "/fr/title"]);
    let error = MessageContent::from(r#"{"en":{"title":1}}"#).parse_push().unwrap_err();
    assert_eq!(error.to_string(), "/en/title must be a string, not a number");
    let error = MessageContent::from("{title}").parse_push().unwrap_err();
    assert_eq!(error.syntax().unwrap().column(), 2);
}

#[test]
fn round_trips_constructed_content() {
    let one = Localized::One(PushContent::new().title("Hi").link_url("/a"));
    let many = Localized::ByLanguage(BTreeMap::from([
        ("en".to_owned(), PushContent::new().title("Hi")),
        ("fr".to_owned(), PushContent::new().title("Salut")),
    ]));
    for content in [one, many] {
        let string = MessageContent::from(content.clone());
        let message = Message::new(MessageRequired {
            message_id: "M-1",
            customer_id: "C-1",
            message_channel: MessageChannel::Push,
            message_content: string,
            extend_info: "{}",
        });
        assert_eq!(message.message_content.parse_push().unwrap(), content);
    }
}

#[test]
fn ignores_null_fields_next_to_languages() {
    let content = MessageContent::from(r#"{"en-US":{"title":"a"},"title":null}"#);
    let view = content.parse_push().unwrap();
    assert_eq!(view.languages().collect::<Vec<_>>(), ["en-US"]);
    assert_eq!(MessageContent::from(view.clone()).parse_push().unwrap(), view);
}
