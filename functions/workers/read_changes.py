"""Started by the table's stream — runs the workers that keep what others read up to date: the outbox and the views."""

from wakeline.batch import reader_entry
from workers import index_search, project_rollups, publish_events
from workers.count_activity import count_activity

handler = reader_entry(publish_events.handler, project_rollups.handler, index_search.handler, done=count_activity)
