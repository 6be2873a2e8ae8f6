from aisi_ingest.cli import main

main()
