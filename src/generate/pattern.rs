//! Texts of the pattern that a policy has for a row.

#[cfg(feature = "pattern")]
pub(super) use with_regex::text;

/// There are no patterns without the feature `pattern`.
#[cfg(not(feature = "pattern"))]
pub(super) fn text(
    pattern: &crate::policy::Pattern,
    _: &crate::validate::EffectiveString,
) -> proptest::strategy::BoxedStrategy<String> {
    match *pattern {}
}

#[cfg(feature = "pattern")]
mod with_regex {
    use crate::{
        policy::{ForbiddenCharacters, Pattern},
        validate::EffectiveString,
    };
    use proptest::{
        prelude::{BoxedStrategy, Strategy},
        string::string_regex_parsed,
    };
    use regex_syntax::hir::{
        Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition as Repeated,
    };

    /// Texts of the pattern, most of which keep the rest of what is asked: its limits are brought
    /// into the pattern first.
    pub(in crate::generate) fn text(
        pattern: &Pattern,
        asked: &EffectiveString,
    ) -> BoxedStrategy<String> {
        let least = asked.constraints.min_length.unwrap_or(0);
        let most = asked.constraints.max_length.unwrap_or(u32::MAX);
        let forbidden = asked.limits.forbidden_characters.as_ref();
        let fitting = Fitting {
            most_repeated: most.min(least.saturating_add(8).max(32)),
            forbidden: class(forbidden.unwrap_or(&ForbiddenCharacters::none())),
        };
        let parsed = regex_syntax::parse(pattern.as_str()).ok();
        let fitted = parsed.and_then(|parsed| fitting.fit(&parsed));
        // Every pattern that compiles is one to make texts of, unless it matches nothing.
        let texts = fitted.and_then(|fitted| string_regex_parsed(&fitted).ok());
        texts.map_or_else(super::super::valid::nothing, Strategy::boxed)
    }

    fn class(characters: &ForbiddenCharacters) -> ClassUnicode {
        ClassUnicode::new(characters.iter().map(|one| ClassUnicodeRange::new(one, one)))
    }

    /// What patterns are made to fit in.
    struct Fitting {
        most_repeated: u32,
        forbidden: ClassUnicode,
    }

    impl Fitting {
        /// The pattern that fits, if it matches anything.
        fn fit(&self, pattern: &Hir) -> Option<Hir> {
            Some(match pattern.kind() {
                // An anchor at an end says what is so anyway; for others the texts are looked at.
                HirKind::Empty | HirKind::Look(_) => Hir::empty(),
                HirKind::Class(class) if class.is_empty() => return None,
                HirKind::Class(Class::Unicode(class)) => {
                    let mut allowed = class.clone();
                    allowed.difference(&self.forbidden);
                    let is_empty = allowed.ranges().is_empty();
                    let class = if is_empty { class.clone() } else { allowed };
                    Hir::class(Class::Unicode(class))
                }
                HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) => pattern.clone(),
                HirKind::Repetition(repeated) => {
                    let most = repeated.max.unwrap_or(u32::MAX).min(self.most_repeated);
                    match self.fit(&repeated.sub) {
                        None if repeated.min == 0 => Hir::empty(),
                        sub => Hir::repetition(Repeated {
                            min: repeated.min,
                            max: Some(most.max(repeated.min)),
                            greedy: repeated.greedy,
                            sub: Box::new(sub?),
                        }),
                    }
                }
                HirKind::Capture(capture) => self.fit(&capture.sub)?,
                HirKind::Concat(parts) => {
                    Hir::concat(parts.iter().map(|part| self.fit(part)).collect::<Option<_>>()?)
                }
                HirKind::Alternation(ways) => {
                    let ways: Vec<_> = ways.iter().filter_map(|way| self.fit(way)).collect();
                    if ways.is_empty() {
                        return None;
                    }
                    Hir::alternation(ways)
                }
            })
        }
    }
}
