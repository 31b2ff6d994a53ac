# Built by `make image`, which makes the folder that this is built from: the program
# and its empty places. It needs nothing else of a system, not even certificates or
# time zones.
FROM scratch
COPY --chown=65532:65532 . /
USER 65532:65532
WORKDIR /
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["/taskpilot"]
CMD ["serve"]
