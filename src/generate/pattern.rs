//! Generation of strings that match the pattern of a policy.

#[cfg(feature = "pattern")]
pub(super) use with_regex::matching_string;

/// Unreachable, because no pattern can be created without the `pattern` feature.
#[cfg(not(feature = "pattern"))]
pub(super) fn matching_string(
    pattern: &crate::policy::Pattern,
    _: &crate::validate::EffectiveString,
) -> proptest::strategy::BoxedStrategy<String> {
    match *pattern {}
}

#[cfg(feature = "pattern")]
mod with_regex {
    use super::super::string::rejecting_strategy;
    use crate::{
        policy::{ForbiddenCharacters, Pattern},
        validate::EffectiveString,
    };
    use proptest::{
        prelude::{BoxedStrategy, Strategy},
        string::string_regex_parsed,
    };
    use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

    /// Generates strings that match a pattern. The pattern is first restricted by the other
    /// constraints, so that most of the strings also satisfy them.
    pub(in crate::generate) fn matching_string(
        pattern: &Pattern,
        effective: &EffectiveString,
    ) -> BoxedStrategy<String> {
        let min = effective.constraints().min_length;
        let max = effective.constraints().max_length.unwrap_or(u32::MAX);
        let forbidden = effective.limits.forbidden_characters.as_ref();
        let restriction = Restriction {
            max_repetitions: max.min(min.saturating_add(8).max(32)),
            forbidden: character_class(forbidden.unwrap_or(&ForbiddenCharacters::none())),
        };
        let parsed = regex_syntax::parse(pattern.as_str()).ok();
        let restricted = parsed.and_then(|parsed| restriction.apply(&parsed));
        // If the pattern matches nothing, every attempt is rejected.
        let strings = restricted.and_then(|restricted| string_regex_parsed(&restricted).ok());
        strings.map_or_else(rejecting_strategy, Strategy::boxed)
    }

    fn character_class(characters: &ForbiddenCharacters) -> ClassUnicode {
        ClassUnicode::new(characters.iter().map(|one| ClassUnicodeRange::new(one, one)))
    }

    /// A restriction on the strings that a pattern matches.
    struct Restriction {
        max_repetitions: u32,
        forbidden: ClassUnicode,
    }

    impl Restriction {
        /// Returns the restricted pattern, or `None` if the pattern matches nothing.
        fn apply(&self, pattern: &Hir) -> Option<Hir> {
            Some(match pattern.kind() {
                // Anchors are unnecessary, because patterns match whole strings. Other assertions
                // are checked on the generated string.
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
                HirKind::Repetition(repetition) => {
                    let max = repetition.max.unwrap_or(u32::MAX).min(self.max_repetitions);
                    match self.apply(&repetition.sub) {
                        None if repetition.min == 0 => Hir::empty(),
                        sub => Hir::repetition(Repetition {
                            min: repetition.min,
                            max: Some(max.max(repetition.min)),
                            greedy: repetition.greedy,
                            sub: Box::new(sub?),
                        }),
                    }
                }
                HirKind::Capture(capture) => self.apply(&capture.sub)?,
                HirKind::Concat(parts) => {
                    Hir::concat(parts.iter().map(|part| self.apply(part)).collect::<Option<_>>()?)
                }
                HirKind::Alternation(branches) => {
                    let branches: Vec<_> =
                        branches.iter().filter_map(|branch| self.apply(branch)).collect();
                    if branches.is_empty() {
                        return None;
                    }
                    Hir::alternation(branches)
                }
            })
        }
    }
}
