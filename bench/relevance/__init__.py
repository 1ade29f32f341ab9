"""How good searching is: judged queries over written memories and over the messages of real transcripts."""
