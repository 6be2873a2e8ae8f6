"""Answer questions about the latest release: for people and programs over HTTP, and for assistants over MCP.

``answers`` reads the release. ``mcp_server`` offers the answers as tools of the Model Context Protocol (MCP), and
``app`` as a JSON API beside the viewer. ``guard`` refuses requests that do not belong there. Nothing here writes.
"""
