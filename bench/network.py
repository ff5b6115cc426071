"""The reference's current network, with its defaults, on efficientnet_pytorch: the Python side of the benchmarks."""

import torch
from torch import Tensor, nn


class Backbone(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        from efficientnet_pytorch import EfficientNet

        self.base = EfficientNet.from_name(name, in_channels=1)
        self.features = self.base._fc.in_features
        del self.base._fc

    def forward(self, x: Tensor) -> Tensor:
        return self.base.extract_features(x).mean((2, 3))


class Head(nn.Module):
    """The reference's current head with its defaults: the sex goes in, one dense layer of 256."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.fc_gender_in = nn.Linear(1, 32)
        self.dense_blocks = nn.ModuleList([nn.Linear(features + 32, 256)])
        self.fc_boneage = nn.Linear(256, 1)
        self.fc_sex = nn.Linear(256, 1)
        self.dropout = nn.Dropout(0.2)

    def forward(self, features: Tensor, male: Tensor) -> tuple[Tensor, Tensor]:
        x = torch.cat([features, torch.relu(self.fc_gender_in(male))], 1)
        for block in self.dense_blocks:
            x = torch.relu(self.dropout(block(x)))
        return self.fc_boneage(x), self.fc_sex(x)


class BoneAgeModel(nn.Module):
    def __init__(self, backbone: str) -> None:
        super().__init__()
        self.backbone = Backbone(backbone)
        self.dense = Head(self.backbone.features)

    def forward(self, x: Tensor, male: Tensor) -> tuple[Tensor, Tensor]:
        return self.dense(self.backbone(x), male)
