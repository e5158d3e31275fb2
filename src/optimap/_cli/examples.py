"""The two examples at the end of each command's help. A test runs them, on files of these names."""

EXAMPLES = {
    "demo": (
        "optimap demo",
        "optimap demo somewhere --overwrite",
    ),
    "info": (
        "optimap info recording.tif",
        "optimap info rec.raw --option shape=1000,512,512 --option dtype=uint16 --option offset=4096",
    ),
    "traces": (
        "optimap traces recording.tif --at 20,64 --at 64,40 -o traces.csv --plot traces.png",
        "optimap traces day1/*.tif --regions RoiSet.zip --dff -o tables/ --workers 8",
    ),
    "beats": (
        "optimap beats recording.tif --at 20,64 --baseline asls -o beats.csv --plot beats.png",
        "optimap beats traces.csv --levels 50,80 -o from_table.csv --ensemble average.csv",
    ),
    "maps": (
        "optimap maps recording.tif --mask auto --spatial 1 --baseline linear -o maps.nc --plot maps.png",
        "optimap maps day1/*.tif --maps activation,apd80,cv --pixel-size 0.1 -o maps/ --summary summary.csv",
    ),
    "plot": (
        "optimap plot traces.csv",
        "optimap plot traces.csv -o figure.pdf",
    ),
    "pick": (
        "optimap pick recording.tif --traces picked.csv",
        "optimap pick recording.tif --size 9 --window disc -o places.csv",
    ),
    "convert": (
        "optimap convert recording.tif recording.zarr",
        "optimap convert day1/a.tif a.mkv --fps 500",
    ),
}


def examples_of(program: str) -> str:
    """Return the examples of a command, `optimap traces` for example, as they are printed; '' for all others."""
    lines = EXAMPLES.get(program.rpartition(" ")[2], ())
    return "\nexamples:\n" + "".join(f"  {line}\n" for line in lines) if lines else ""
