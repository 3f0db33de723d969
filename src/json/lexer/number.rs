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
        let negative = self.eat(b'-');
        let (first, is_zero) = (self.offset, self.peek() == Some(b'0'));
        let magnitude = self.read_digits()?;
        if is_zero && self.offset > first + 1 {
            return Err(LexerError { offset: first + 1, reason: Reason::Number });
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self.read_fraction_and_exponent(start);
        }
        Ok(Number::from_integer(negative, magnitude))
    }

    /// Reads the fraction and the exponent of the number whose integer part begins at `start`.
    #[inline(never)]
    fn read_fraction_and_exponent(&mut self, start: usize) -> Result<Number> {
        if self.eat(b'.') {
            self.read_digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.read_digits()?;
        }
        match self.slice_from(start).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Number::Float(number)),
            _ => Err(LexerError { offset: start, reason: Reason::NumberRange }),
        }
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
            0 => Err(self.unexpected(Reason::Number)),
            // 19 digits always fit in a `u64`, so the multiplication did not wrap.
            1..=19 => Ok(Some(value)),
            _ => Ok(self.slice_from(start).parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

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
