"""A file that holds a whole network, of the user's own -> what makes fingerprints of pictures.

An ``.onnx`` file is data. A ``.pt2`` file (`torch.export.save`) is a program: `torch.export.load`
unpickles what the file says is pickled, loads libraries it carries, and evaluates expressions, so
that reading one is running what its maker wrote.
"""

from __future__ import annotations

import logging
import pickle
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import torch

from hubble_dash.builder.backends.backend import Encoder
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.models.covariance import Covariances, parts_of
from hubble_dash.builder.models.network_input import Expected, NetworkInput
from hubble_dash.builder.models.onnx import OnnxEncoder
from hubble_dash.builder.models.pooling import over_disk
from hubble_dash.config import ModelInput
from hubble_dash.errors import WeightsError

__all__ = ["NetworkFile", "open_network_file"]

logger = logging.getLogger(__name__)

# What torch raises on a file that is no exported program, or one of another version.
BROKEN_FILE = (
    *(RuntimeError, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError),
    *(AssertionError, pickle.UnpicklingError, zipfile.BadZipFile),
)


class NetworkFile(NamedTuple):
    """A network of the user's own.

    Attributes
    ----------
    encoder : Encoder
        The network; it gives its vectors twice, since it has no classes.
    network_input : NetworkInput
        How a cutout becomes the picture that it sees: its middle square, resized.
    parts : FeatureParts or None
        Of what it gives, where a metric is to be learned of it.
    """

    encoder: Encoder
    network_input: NetworkInput
    parts: FeatureParts | None = None


def open_network_file(
    path: Path, model_input: ModelInput, *, disk: bool, learns: bool = False
) -> NetworkFile:
    """Open a file that holds a whole network.

    Parameters
    ----------
    path : Path
        ``.onnx``, which OpenVINO runs, or ``.pt2``, which PyTorch runs. The network takes one array
        of pictures, (batch, channels, height, width) or channels last, of 1 or 3 channels, and
        gives one of vectors (n, d), or of maps (n, d, h, w), whose mean is taken.
    model_input : ModelInput
        What it expects, where the file does not say so.
    disk : bool
        Whether the mean of maps is that over the disk inside the picture.
    learns : bool
        Whether covariances of maps are given before their mean; of vectors there are none.

    Returns
    -------
    NetworkFile

    Raises
    ------
    MissingExtraError
        If OpenVINO is needed and not installed.
    WeightsError
        If the file cannot be read, or its network takes or gives something else.
    ValueError
        If `model_input` contradicts the file.
    """
    if path.suffix.lower() == ".onnx":
        model = OnnxEncoder(path, model_input, disk=disk, learns=learns)
        return NetworkFile(model, _input(model.expected, model_input), model.parts)
    program = _Exported(path, model_input, disk=disk, learns=learns)
    encoder = Encoder(program, mean=model_input.mean, std=model_input.std)
    return NetworkFile(encoder, _input(program.expected, model_input), program.parts)


def _input(expected: Expected, model_input: ModelInput) -> NetworkInput:
    side = expected.height, expected.width
    return NetworkInput(*side, "bicubic", 1.0, "center", tuple(model_input.mean))


class _Exported(torch.nn.Module):
    """An exported program, with the two methods of a timm model that `Encoder` calls."""

    def __init__(
        self, path: Path, model_input: ModelInput, *, disk: bool, learns: bool = False
    ) -> None:
        super().__init__()
        program = _load(path)
        names = program.graph_signature.user_inputs
        taken = [node for node in program.graph.nodes if node.name in names]
        if len(taken) != 1 or not isinstance(taken[0].meta.get("val"), torch.Tensor):
            raise WeightsError(f"{path} takes {len(names)} arguments; it must be one array")
        example = taken[0].meta["val"]
        shape = [length if isinstance(length, int) else None for length in example.shape]
        self.expected: Expected = Expected.of_shape(shape, size=model_input.size, path=path)
        self._dtype, self._disk = example.dtype, disk
        self.model: Any = program.module()
        self.parts: FeatureParts | None = None
        self._covariances: Covariances | None = None
        given = self._check(path)
        if learns and given.ndim == 4:
            n = given.shape[1]
            self.parts, self._covariances = parts_of(n, [n], n), Covariances([n])

    def train(self, _mode: bool = True) -> _Exported:
        """Do nothing: an exported program has one mode, that in which it was exported."""
        return self

    def forward_features(self, pictures: torch.Tensor) -> torch.Tensor:
        """Give the vectors of normalised pictures (b, 3, height, width)."""
        x = pictures.mean(1, keepdim=True) if self.expected.channels == 1 else pictures
        x = x.permute(0, 2, 3, 1) if self.expected.channels_last else x
        n, size = len(x), self.expected.batch
        if size is None:
            return self._vectors(x)
        lacking = -n % size
        x = torch.cat([x, x.new_zeros(lacking, *x.shape[1:])]) if lacking else x
        parts = [self._vectors(x[i : i + size]) for i in range(0, len(x), size)]
        return torch.cat(parts)[:n]

    def forward_head(
        self,
        features: torch.Tensor,
        pre_logits: bool = False,  # noqa: ARG002 - timm's models are called so
    ) -> torch.Tensor:
        """Give the vectors again: there are no classes."""
        return features

    def _vectors(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = _only(self.model(x.contiguous()))
        if found.ndim != 4:
            return found
        means = over_disk(found) if self._disk else found.mean((2, 3))
        if self._covariances is None:
            return means
        return torch.cat([self._covariances(found, [found]), means.float()], dim=1)

    def _check(self, path: Path) -> torch.Tensor:
        """Run a blank picture through, to see what comes out."""
        n = self.expected.batch or 2
        with torch.inference_mode():
            try:
                found = _only(self.model(torch.zeros(self.expected.shape(n))))
            except (RuntimeError, AssertionError, TypeError) as err:
                reason = str(err).strip().partition("\n")[0]
                raise WeightsError(f"{path} does not take pictures as floats: {reason}") from err
        if not isinstance(found, torch.Tensor) or found.ndim not in (2, 4) or len(found) != n:
            what = f"an array of shape {tuple(found.shape)}" if hasattr(found, "shape") else "more"
            raise WeightsError(
                f"{path} gives {what} for {n} pictures; it must give vectors (n, d), or maps"
                " (n, d, height, width), in one array"
            )
        return found


def _only(found: Any) -> Any:
    """Unpack a tuple of one."""
    return found[0] if isinstance(found, (tuple, list)) and len(found) == 1 else found


def _load(path: Path) -> Any:
    logger.info("%s is a program: what its maker wrote in it is run", path)
    try:
        return torch.export.load(path)
    except BROKEN_FILE as err:
        reason = f"{type(err).__name__} {err}".strip().partition("\n")[0]
        raise WeightsError(
            f"{path} cannot be read as a file of torch.export.save: {reason}"
        ) from err
