"""The publication as an asset: the second checkpoint, the gate, and the change of `current`.

Belongs here: one asset that publishes or fails with the reason. It reads the results of its own build, because
Dagster does not keep a failed blocking check between runs. Does not: the gate's rules.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.common import WHOLE_RANGE, Event, check_result, daily_partitions, run_of, step
from orchestration.defs.warehouse import node_key
from orchestration.publishing.publish import Published
from orchestration.quality.published import check_names
from orchestration.settings import Settings
from orchestration.warehouse.dbt_manifest import Manifest

PUBLICATION = dg.AssetKey(["publication"])


def publication_asset(settings: Settings, manifest: Manifest) -> dg.AssetsDefinition:
    """The asset of the published folder; `published/current` is its newest publication."""

    @dg.multi_asset(
        name="publication",
        specs=[
            dg.AssetSpec(
                PUBLICATION,
                deps=[node_key(node) for node in manifest.published.values()],
                group_name="publication",
                kinds={"duckdb", "parquet"},
                description="The published marts: one complete, immutable folder a run; `current` names the newest. "
                "Blocked with the reason when anything is missing, failed, or against policy.",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                f"{mart}_{check}",
                asset=PUBLICATION,
                blocking=True,
                description=f"{mart} as it would be published: {check.replace('_', ' ')}.",
            )
            for mart in sorted(manifest.published)
            for check in check_names(mart)
        ],
        partitions_def=daily_partitions(settings),
        backfill_policy=WHOLE_RANGE,
    )
    def publish_marts(context: dg.AssetExecutionContext) -> Iterator[Event]:
        from orchestration import pipeline

        with step(settings, context):
            run = run_of(settings, context)
            for found in pipeline.check_published(run).results:
                yield check_result(PUBLICATION, f"{found.subject}_{found.check}", found, is_blocking=True)
            done = pipeline.publish_or_block(run)
        yield dg.MaterializeResult(asset_key=PUBLICATION, metadata=_metadata(done))

    return publish_marts


def _metadata(done: Published) -> dict[str, dg.MetadataValue | str | int]:
    publication = done.publication
    return {
        "path": dg.MetadataValue.path(str(done.path)),
        "publication_id": publication.publication_id,
        "outcome": done.outcome,
        "as_of": publication.as_of.isoformat(),
        "content_hash": publication.content_hash,
        "dagster/row_count": sum(content.rows for content in publication.relations.values()),
        "sources": dg.MetadataValue.json([source.model_dump() for source in publication.sources]),
    }
