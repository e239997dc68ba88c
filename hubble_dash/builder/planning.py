"""What a build is made of, as it is compared with that of an earlier one which was interrupted."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from hubble_dash.builder.inputs import Inputs, Source
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.config import BuildSettings
from hubble_dash.disk.files import sha256_of

__all__ = ["older_builds", "plan_of"]

# Settings that builds before them lack; where they are as usual, such a build goes on.
NEWER = ("catalog_table", "name_column", "leave_out_columns")
# Settings that a build may change which goes on with another's cutouts.
MAY_CHANGE = ("title", "map", "neighbors", "cluster_names", "max_unreadable", "workers")


def older_builds(inputs: Inputs, source: Source) -> Iterator[tuple[Inputs, Source]]:
    """Give what older versions began with, which took one image a file, or learned nothing.

    Parameters
    ----------
    inputs, source
        As this version has them.

    Yields
    ------
    inputs, source
        Of one that may have been interrupted.
    """
    of_one = replace(inputs, several=False)
    unlearned = replace(source, learns=False)
    yield of_one, source
    if source.learns:
        yield inputs, unlearned
        yield of_one, unlearned


def plan_of(settings: BuildSettings, inputs: Inputs, source: Source) -> Plan:
    """Say what decides the cutouts and their fingerprints; of files, their content.

    Parameters
    ----------
    settings : BuildSettings
        Of the build.
    inputs, source
        Of what it is made.
    """
    told = {name: value for name, value in asdict(settings).items() if name not in MAY_CHANGE}
    told = {name: value for name, value in told.items() if value or name not in NEWER}
    told["hubble_dash"] = importlib.metadata.version("hubble-dash")
    told["catalog"] = None if settings.catalog is None else sha256_of(Path(settings.catalog))
    if inputs.several:
        # A plan without this key is of a build that took one image a file.
        told["several"] = True
    if source.learns:
        # Likewise, of one that learned no metric.
        told["learns"] = True
    told["positions"] = None if inputs.positions is None else inputs.positions.vectors.sha256
    usual = json.loads(json.dumps(asdict(BuildSettings())))
    return Plan.of(json.loads(json.dumps(told | dict(source.told))), inputs.files, usual)
