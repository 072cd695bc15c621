"""The line network: five convolutions, two bidirectional LSTM layers, CTC.

While training, a second, narrow head reads the columns without the LSTM and has
its own share of the loss ("CTC shortcut": Retsinas and others, "Best practices
for a handwritten text recognition system", DAS 2022). The export leaves it out.
"""

import torch
from torch import nn

from alphabet import CLASSES

CHANNELS = (32, 64, 128, 160)
COLUMN = 256
HIDDEN = 192


def _conv(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """A 3x3 convolution whose result is added to its input; shape kept."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.change(x))


class LineNetwork(nn.Module):
    """(N, 1, 40, W) in [-0.5, 0.5] -> (N, ceil(W / 4), CLASSES) log-probabilities."""

    def __init__(self) -> None:
        super().__init__()
        c = CHANNELS
        self.ink = nn.Sequential(
            _conv(1, c[0]),
            nn.MaxPool2d(2, ceil_mode=True),
            _conv(c[0], c[1]),
            nn.MaxPool2d(2, ceil_mode=True),
            _conv(c[1], c[2]),
            Residual(c[2]),
            nn.MaxPool2d((2, 1)),
            _conv(c[2], c[3]),
        )
        self.column = nn.Sequential(
            nn.Conv2d(c[3], COLUMN, (5, 1), bias=False),
            nn.BatchNorm2d(COLUMN),
            nn.ReLU(inplace=True),
        )
        self.context = nn.LSTM(
            COLUMN, HIDDEN, num_layers=2, bidirectional=True, batch_first=True, dropout=0.15
        )
        self.drop = nn.Dropout(0.15)
        self.classify = nn.Linear(2 * HIDDEN, CLASSES)
        self.shortcut = nn.Conv1d(COLUMN, CLASSES, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self._read(self._columns(image))

    def forward_both(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The log-probabilities, and those of the shortcut, of the same shape."""
        columns = self._columns(image)
        direct = self.shortcut(self.drop(columns).transpose(1, 2)).transpose(1, 2)
        return self._read(columns), direct.float().log_softmax(2)

    def _columns(self, image: torch.Tensor) -> torch.Tensor:
        return self.column(self.ink(image)).squeeze(2).transpose(1, 2)

    def _read(self, columns: torch.Tensor) -> torch.Tensor:
        context, _ = self.context(columns)
        return self.classify(self.drop(context)).float().log_softmax(2)
