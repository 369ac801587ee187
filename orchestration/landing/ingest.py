"""Land one source in one run: settings, connector, contract and landing put together.

Belongs here: the wiring that the command line and Dagster share.
Does not: reading a source (connectors) or the steps of a load (landing).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration import landing
from orchestration.connectors import connector
from orchestration.connectors._shared.bot_registry import DEFAULT_PATH, load_bot_registry
from orchestration.connectors._shared.identifiers import is_app_login, normalise
from orchestration.connectors.base import RetryPolicy
from orchestration.contracts import SourceContract
from orchestration.landing import Landing, LoadReport, Pseudonymiser, ledger
from orchestration.partition import DailyPartition
from orchestration.settings import Settings


def pseudonymiser_of(key: bytes, actor_signatures: Path = DEFAULT_PATH) -> Pseudonymiser:
    """A pseudonymiser with the systems' spelling rules and the list of known bots."""
    bots = load_bot_registry(actor_signatures)
    return Pseudonymiser(key, normalise, lambda spelling: is_app_login(spelling) or bots.is_known_bot(spelling))


def open_landing(settings: Settings) -> Landing:
    """The landing folder with its pseudonym key, checked against the key that it was written with."""
    pseudonymiser = pseudonymiser_of(settings.checked_pseudonym_key(), settings.seeds / "actor_signatures.csv")
    landing.check_key(settings.landing, pseudonymiser)
    return Landing(settings.landing, pseudonymiser, settings.guards.min_load_share)


def land_source(
    settings: Settings,
    contract: SourceContract,
    partition: DailyPartition,
    *,
    retries: RetryPolicy | None = None,
    refetch: bool = False,
    accept_shrink: bool = False,
    on_slice: Callable[[str, str], None] = lambda key, outcome: None,
) -> LoadReport:
    """Read the contract's source up to the run's as_of and land what is new."""
    source = contract.source
    counted = ledger.visible(ledger.read(settings.landing, source), partition.as_of)
    config = settings.source_config(source)
    slices = connector(source).slices(config, partition, landing.cursors(counted, partition), retries)
    return landing.land_slices(
        open_landing(settings),
        contract,
        partition,
        slices,
        counted=counted,
        refetch=refetch,
        accept_shrink=accept_shrink,
        on_slice=on_slice,
    )
