//! `json-object`: the text of a JSON object.

use crate::json::Lexer;

pub(crate) fn matches(text: &str) -> bool {
    let mut lexer = Lexer::new(text);
    matches!(lexer.value_start(), Ok(b'{')) && lexer.skip().is_ok() && lexer.end().is_ok()
}
