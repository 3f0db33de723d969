use super::{Lexer, LexerError, Reason, Result};

/// A number, represented by the first of these variants that fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A non-negative integer.
    Unsigned(u64),
    /// A negative integer.
    Negative(i64),
    /// An integer that does not fit in 64 bits, represented by its sign.
    BigInteger {
        /// True if the integer is negative.
        negative: bool,
    },
    /// A number with a fraction or an exponent, or negative zero.
    Float(f64),
}

impl Number {
    /// Creates a number from the sign and the magnitude of an integer. `magnitude` is `None` if it
    /// does not fit in 64 bits.
    fn from_integer(negative: bool, magnitude: Option<u64>) -> Self {
        match magnitude {
            Some(magnitude) if !negative => Self::Unsigned(magnitude),
            // An integer cannot represent negative zero.
            Some(0) => Self::Float(-0.0),
            Some(magnitude) => Self::from(-i128::from(magnitude)),
            None => Self::BigInteger { negative },
        }
    }
}

impl From<i128> for Number {
    fn from(integer: i128) -> Self {
        match (u64::try_from(integer), i64::try_from(integer)) {
            (Ok(integer), _) => Self::Unsigned(integer),
            (_, Ok(integer)) => Self::Negative(integer),
            _ => Self::BigInteger { negative: integer.is_negative() },
        }
    }
}

impl Lexer<'_> {
    /// Reads a number, starting at its first character.
    pub(crate) fn read_number(&mut self) -> Result<Number> {
        let start = self.offset;
        let (negative, magnitude) = self.read_integer()?;
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self.read_float(start);
        }
        Ok(Number::from_integer(negative, magnitude))
    }

    /// Skips a number, starting at its first character. Parses the number only if it could be out
    /// of range, because parsing takes most of the time.
    pub(super) fn skip_number(&mut self) -> Result<()> {
        /// A number of at most this length, with an exponent of at most `MAX_SAFE_EXPONENT`, is
        /// always in the range of an `f64`.
        const MAX_SAFE_LENGTH: usize = 200;
        const MAX_SAFE_EXPONENT: u64 = 99;
        let start = self.offset;
        self.read_integer()?;
        let is_integer = !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        let exponent = if is_integer { Some(0) } else { self.read_fraction_and_exponent()? };
        let is_small = self.offset - start <= MAX_SAFE_LENGTH
            && exponent.is_some_and(|exponent| exponent <= MAX_SAFE_EXPONENT);
        if is_small
            || is_integer && self.accepts_any_number
            || self.slice_from(start).parse().is_ok_and(f64::is_finite)
        {
            return Ok(());
        }
        Err(LexerError { offset: start, reason: Reason::NumberRange })
    }

    /// Reads the sign and the integer part of a number. Returns whether the number is negative, and
    /// the magnitude if it fits in 64 bits.
    #[allow(clippy::inline_always, reason = "called for each number, and faster when inlined")]
    #[inline(always)]
    fn read_integer(&mut self) -> Result<(bool, Option<u64>)> {
        let negative = self.eat(b'-');
        let (first, is_zero) = (self.offset, self.peek() == Some(b'0'));
        let magnitude = self.read_digits()?;
        if is_zero && self.offset > first + 1 {
            return Err(LexerError { offset: first + 1, reason: Reason::Number });
        }
        Ok((negative, magnitude))
    }

    /// Reads the fraction and the exponent of the number whose integer part begins at `start`.
    #[inline(never)]
    fn read_float(&mut self, start: usize) -> Result<Number> {
        self.read_fraction_and_exponent()?;
        match self.slice_from(start).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Number::Float(number)),
            _ => Err(LexerError { offset: start, reason: Reason::NumberRange }),
        }
    }

    /// Reads the fraction and the exponent of a number. Returns the magnitude of the exponent if it
    /// fits in 64 bits.
    fn read_fraction_and_exponent(&mut self) -> Result<Option<u64>> {
        if self.eat(b'.') {
            self.read_digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            return self.read_digits();
        }
        Ok(Some(0))
    }

    /// Reads one or more digits. Returns their value if it fits in 64 bits.
    #[inline]
    fn read_digits(&mut self) -> Result<Option<u64>> {
        let start = self.offset;
        let (mut value, mut length) = (0_u64, 0);
        for byte in self.json.as_bytes().get(start..).unwrap_or_default() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            length += 1;
        }
        self.offset = start + length;
        match length {
            0 => Err(self.unexpected_byte_error(Reason::Number)),
            // 19 digits always fit in a `u64`, so the multiplication did not wrap.
            1..=19 => Ok(Some(value)),
            _ => Ok(self.slice_from(start).parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lexer, Number};

    /// A skipped number is parsed only if it could be out of range.
    #[test]
    fn skips_numbers_in_range() {
        for digits in [1, 2, 199, 200, 201, 308, 309, 310] {
            for exponent in
                ["", "e0", "e99", "e100", "E+109", "e308", "e309", "e-400", "e99999999999999999999"]
            {
                for fraction in ["", ".5"] {
                    for sign in ["", "-"] {
                        let json = format!("{sign}{}{fraction}{exponent}", "1".repeat(digits));
                        let is_in_range = json.parse().is_ok_and(f64::is_finite);
                        assert_eq!(Lexer::new(&json).skip_value().is_ok(), is_in_range, "{json}");
                    }
                }
            }
        }
    }

    #[test]
    fn converts_integers() {
        for (integer, number) in [
            (0, Number::Unsigned(0)),
            (i128::from(u64::MAX), Number::Unsigned(u64::MAX)),
            (i128::from(u64::MAX) + 1, Number::BigInteger { negative: false }),
            (-1, Number::Negative(-1)),
            (i128::from(i64::MIN), Number::Negative(i64::MIN)),
            (i128::from(i64::MIN) - 1, Number::BigInteger { negative: true }),
        ] {
            assert_eq!(Number::from(integer), number, "{integer}");
        }
    }
}
