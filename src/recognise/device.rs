//! Where the line model runs.

use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// A device that a person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum Device {
    /// The processor.
    Cpu,
    /// The CUDA device with this number, or an error: never a silent fall back.
    Cuda(u32),
    /// CUDA device 0 where it is usable, else the processor.
    #[default]
    Auto,
}

/// A word that names no device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no device: say cpu, auto, or cuda:N with the number of the graphics card, such as cuda:0")]
pub struct UnknownDevice(String);

impl FromStr for Device {
    type Err = UnknownDevice;

    fn from_str(word: &str) -> Result<Self, UnknownDevice> {
        let unknown = || UnknownDevice(word.to_owned());
        match word {
            "cpu" => Ok(Self::Cpu),
            "auto" => Ok(Self::Auto),
            _ => {
                let number = word.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Self::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl TryFrom<String> for Device {
    type Error = UnknownDevice;

    fn try_from(word: String) -> Result<Self, UnknownDevice> {
        word.parse()
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Auto => f.write_str("auto"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_parse_back_and_other_words_are_refused() {
        for device in [Device::Cpu, Device::Auto, Device::Cuda(0), Device::Cuda(12)] {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        for word in ["", "gpu", "cuda", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            assert!(word.parse::<Device>().is_err(), "{word}");
        }
    }
}
