"""The line network: five convolutions, two bidirectional LSTM layers, CTC."""

import torch
from torch import nn

from alphabet import CLASSES

CHANNELS = (32, 64, 128, 128, 160)
COLUMN = 256
HIDDEN = 160


def _conv(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


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
            _conv(c[2], c[3]),
            nn.MaxPool2d((2, 1)),
            _conv(c[3], c[4]),
        )
        self.column = nn.Sequential(
            nn.Conv2d(c[4], COLUMN, (5, 1), bias=False),
            nn.BatchNorm2d(COLUMN),
            nn.ReLU(inplace=True),
        )
        self.context = nn.LSTM(
            COLUMN, HIDDEN, num_layers=2, bidirectional=True, batch_first=True, dropout=0.15
        )
        self.drop = nn.Dropout(0.15)
        self.classify = nn.Linear(2 * HIDDEN, CLASSES)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        columns = self.column(self.ink(image)).squeeze(2).transpose(1, 2)
        context, _ = self.context(columns)
        return self.classify(self.drop(context)).float().log_softmax(2)
