//! Escaping in XML 1.0.

use super::super::report::is_control;
use std::fmt::{self, Write as _};

/// A value that is displayed as XML text or as the value of an XML attribute. Characters that XML
/// cannot represent are escaped as in Rust.
pub(super) struct XmlEscaped<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for XmlEscaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaper(f), "{}", self.0)
    }
}

struct Escaper<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaper<'_, '_> {
    fn write_str(&mut self, string: &str) -> fmt::Result {
        string.chars().try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match character {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&apos;"),
            _ if !is_allowed(character) => write!(self.0, "{}", character.escape_unicode()),
            _ if is_control(character) => write!(self.0, "&#x{:x};", u32::from(character)),
            _ => self.0.write_char(character),
        }
    }
}

/// Returns whether an XML document can contain the character, if necessary as a character
/// reference.
const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::XmlEscaped;

    #[test]
    fn escapes_special_characters() {
        for (text, expected) in [
            ("a&b<c>\"'", "a&amp;b&lt;c&gt;&quot;&apos;"),
            ("\t\r\n\u{85}\u{202E}", "&#x9;&#xd;&#xa;&#x85;&#x202e;"),
            ("\0\u{1B}\u{FFFE}\u{FFFF}", r"\u{0}\u{1b}\u{fffe}\u{ffff}"),
            ("Zoë \u{FFFD}\u{1F408}\u{10FFFF}", "Zoë \u{FFFD}\u{1F408}\u{10FFFF}"),
        ] {
            assert_eq!(XmlEscaped(text).to_string(), expected);
        }
    }
}
